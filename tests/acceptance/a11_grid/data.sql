create table contacts (id text primary key, phase text, points integer, budget text, authority text, needs text, timeframe text);
insert into contacts values
  ('M1', 'P4', 60, 'yes', 'yes', 'yes', 'Q3'),
  ('M2', '導入検討', 60, null, 'yes', 'yes', 'Q3'),
  ('M3', 'P4', 20, null, '', 'yes', '  '),
  ('M4', 'P2', 60, null, null, null, null),
  ('M5', '認知', 10, null, null, null, null),
  ('M6', null, 55, null, null, null, null);
