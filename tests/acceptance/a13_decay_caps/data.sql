create table contacts (id text primary key, kind text);
create table webinars (contact_id text, time text);
create table opens (contact_id text, time text);
create table inquiries (contact_id text, time text);
create table seminars (contact_id text, time text);
with ages(days) as (values (0), (29), (30), (59), (60), (89), (90), (119), (120))
  insert into contacts select printf('age%03d', days), null from ages;
insert into webinars select id, strftime('%Y-%m-%d %H:%M:%S', '2026-06-30 09:00:00', '-' || cast(substr(id, 4) as integer) || ' days')
  from contacts;
insert into contacts values ('person', '個人'), ('company', null), ('midnight', null), ('one_day', null);
insert into inquiries values ('person', '2026-06-01'), ('company', '2026-06-01');
insert into seminars select c, '2026-06-0' || n from (select 'person' c union select 'company'), (select 1 n union select 2 union select 3 union select 4);
insert into opens values ('midnight', '2026-06-01 23:50'), ('midnight', '2026-06-01 23:55'), ('midnight', '2026-06-02 00:05'),
  ('midnight', '2026-06-02 00:10'), ('midnight', '2026-06-02 00:15');
insert into opens select 'one_day', '2026-06-01 1' || n || ':00' from (select 1 n union select 2 union select 3 union select 4 union select 5);
