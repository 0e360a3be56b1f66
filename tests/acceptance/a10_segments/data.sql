create table contacts (id text primary key, customer integer, country text);
create table visits (contact_id text, time text, path text);
create table sales (contact_id text, time text);
insert into contacts values ('G1', 0, '日本'), ('G2', 0, 'USA'), ('G3', 0, null), ('G4', 0, 'JP'), ('G5', 0, 'Japan'),
  ('G6', 0, 'Japan'), ('G7', 0, 'Japan'), ('G8', 1, 'Japan');
insert into visits values
  ('G1', '2026-06-15 12:00', '/pricing'),
  ('G2', '2026-05-31 09:00:00', '/pricing'),
  ('G3', '2026-05-31 09:00:01', '/pricing/team'),
  ('G4', '2026-06-20 00:00', '/pricing'),
  ('G5', '2026-06-20 00:00', '/pricing'),
  ('G7', '2026-07-01 00:00', '/pricing'),
  ('G8', '2026-06-20 00:00', '/pricing'),
  ('G1', '2026-06-01 00:00', '/product'), ('G1', '2026-06-02 00:00', '/product'),
  ('G2', '2026-06-01 00:00', '/product'), ('G2', '2026-06-02 00:00', '/product'), ('G2', '2026-06-03 00:00', '/product');
insert into sales values ('G4', '2026-06-21 10:00'), ('G5', '2026-05-01 10:00');
