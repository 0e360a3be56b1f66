"""bench/rules/w1.rules, w2.rules and w2_plain.rules as a person would write them in SQL.

Unknown is NULL; a condition that is NULL counts as not met (`coalesce`), as in the rules. Windows are half-open: after
`now - 90 days`, up to and with now. A date counts as its midnight in Tokyo; now is 2026-06-30 09:00 there.
"""
NOW = 1782777600
DAY = 86400

W1_COLUMNS = ["fit", "priority", "card_a", "grade", "referred", "management", "recent", "bare", "enterprise"]
W2_COLUMNS = W1_COLUMNS + ["behaviour", "total", "temperature"]


def columns(item):
    return W1_COLUMNS if item == "w1" else W2_COLUMNS


def _flag(condition):
    return f"case when {condition} then 1 else 0 end"


def select(item, least="least", date="date '{}'", prefix="path like '/pricing%'"):
    """One row a contact: id and `columns(item)`; points are whole."""
    date_after, date_until = date.format("2026-04-01"), date.format("2026-06-30")
    points = f"""
    select c.id,
      {least}(50,
        case when c.industry in ('IT', 'Finance', 'Healthcare') then 15 else 0 end
        + case when c.employees between 100 and 500 then 15 when c.employees >= 501 then 5 else 0 end
        + case c.title when 'Executive' then 20 when 'Director' then 15 when 'Manager' then 10 else 0 end) as fit,
      case when c.origin = 'Lead Add Form' then 40 else 0 end
        + case when c.source in ('Reference', 'Welingak Website') then 10 else 0 end
        + case when c.time_spent >= 1000 then 30 when c.time_spent >= 500 then 15 when c.time_spent >= 200 then 5 else 0 end
        + case when c.occupation = 'Working Professional' then 25 else 0 end
        + case when c.occupation is null then -15 else 0 end
        + case when c.specialization is null then -10 else 0 end
        + case when c.do_not_email then -20 else 0 end
        + case when c.source = 'Olark Chat' and c.time_spent = 0 then -5 else 0 end as card_a,
      {_flag("c.source in ('Reference', 'Welingak Website')")} as referred,
      {_flag("c.specialization like '%Management%' and not c.do_not_email")} as management,
      {_flag(f"c.created > {date_after} and c.created <= {date_until}")} as recent,
      {_flag("c.occupation is null and coalesce(c.source <> 'Google', true)")} as bare,
      {_flag("co.employees >= 1000 and c.industry in ('IT', 'Finance')")} as enterprise
    from contacts c left join companies co on co.id = c.company"""
    bands = """fit, case when fit >= 35 then 2 when fit >= 20 then 1 else 0 end as priority,
      card_a, case when card_a >= 40 then 3 when card_a >= 30 then 2 when card_a >= 20 then 1 else 0 end as grade,
      referred, management, recent, bare, enterprise"""
    if item == "w1":
        return f"select id, {bands} from ({points}) as points"
    window = f"time > {NOW - 90 * DAY} and time <= {NOW}"
    where = f"{window} and {prefix}" if item == "w2" else window
    return _with_total(bands, f"""
    with opens as (select contact, {least}(count(*), 10) as n from email_open where {window} group by contact),
      views as (select contact, count(*) as n from page_view where {where} group by contact),
      points as ({points})
    select points.*, coalesce(opens.n, 0) + 3 * coalesce(views.n, 0) as behaviour
    from points left join opens on opens.contact = points.id left join views on views.contact = points.id""")


def _with_total(bands, scored):
    return f"""select id, {bands}, behaviour, fit + behaviour as total,
      case when fit + behaviour >= 50 then 2 when fit + behaviour >= 30 then 1 else 0 end as temperature
    from ({scored}) as scored"""


def sums(item, query):
    return "select " + ", ".join(f"sum({c})" for c in columns(item)) + f" from ({query}) as answers"


def in_thousandths(item, values):
    """Points as the engines give them: milli-points."""
    scores = {"fit", "card_a", "behaviour", "total"}
    return {c: v * 1000 if c in scores else v for c, v in zip(columns(item), values)}
