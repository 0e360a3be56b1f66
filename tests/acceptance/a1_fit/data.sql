create table contacts (id text primary key, industry text, employees integer, title text);
insert into contacts values
  ('C01', 'IT',   300,  '部長'),
  ('C02', '金融', 500,  '経営者/役員'),
  ('C03', '医療', 501,  '課長/マネージャー'),
  ('C04', '製造', 100,  '部長'),
  ('C05', 'IT',   99,   '一般'),
  ('C06', null,   null, '経営者/役員'),
  ('C07', null,   null, null),
  ('C08', '金融', 1200, null),
  ('C09', 'IT',   499,  null),
  ('C10', 'IT',   null, '経営者/役員'),
  ('C11', '製造', 500,  '経営者/役員'),
  ('C12', '医療', 100,  '課長/マネージャー'),
  ('X5',  '医界', null, null);
