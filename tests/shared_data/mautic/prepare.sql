-- From the fixture files, read as raw tables of text, to the tables of mautic.rules. Ids are the 0-based indexes.
create table companies as select rowid - 1 as id, companyname as name, companycity as city, companyindustry as industry
  from raw_fakecompanydata;
create table contacts as select l.rowid - 1 as id, l.title, l.firstname, l.state, l.country, l.email,
  l.company as company_name, cast(c.company_index as integer) as company_id
  from raw_fakeleaddata l left join raw_contact_company c on cast(c.contact_index as integer) = l.rowid - 1;
create table happened as select cast(contact_index as integer) as contact_id, kind, channel, url,
  strftime('%Y-%m-%dT%H:%M:%SZ', '2026-06-30 09:00:00', day_offset || ' days') as time from raw_events;
create table page_hits as select * from happened where kind = 'page_hit';
create table clicks as select * from happened where kind = 'click';
create table opt_outs as select * from happened where kind = 'do_not_contact';
create table tags as select *, url as tag from happened where kind = 'tag';
create table added (contact_id integer);
insert into added values (1), (2), (3);
create table removed (contact_id integer);
insert into removed values (4), (5);
create table removed_elsewhere (contact_id integer);
insert into removed_elsewhere values (0), (2);
