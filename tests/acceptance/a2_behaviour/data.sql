create table contacts (id text primary key, fit integer not null);
create table opens (id text, contact_id text, time text, email text);
create table clicks (id text, contact_id text, time text, email text);
insert into contacts values ('L1', 30), ('L2', 45), ('L3', 0), ('L4', 45), ('L5', 15), ('L6', 45), ('L7', 45),
  ('C02', 50), ('K17', 0);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20),
  opens_of(contact, many, mail) as (values ('L1', 4, 0), ('L2', 5, 0), ('L4', 4, 0), ('L5', 14, 0), ('L6', 3, 0), ('L7', 3, 1))
insert into opens select contact || '-' || i, contact, '2026-06-01 10:' || printf('%02d', i),
  case mail when 1 then 'one' else 'mail ' || i end from opens_of, n where i <= many;
-- Two deliveries again with an id that is there already.
insert into opens values ('L6-1', 'L6', '2026-06-02 10:00', 'mail 1'), ('L6-2', 'L6', '2026-06-02 10:01', 'mail 2');
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20),
  clicks_of(contact, many) as (values ('L1', 2), ('L3', 10), ('K17', 17))
insert into clicks select contact || '-c' || i, contact, '2026-06-01 11:' || printf('%02d', i), 'mail ' || i
  from clicks_of, n where i <= many;
