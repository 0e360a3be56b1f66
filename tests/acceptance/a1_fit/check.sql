select id, group_concat(points, ' '), max(band) from (
  select id, score, points, band from saiten_scores where id <> 'X5'
  order by id, case score when 'by_industry' then 1 when 'by_employees' then 2 when 'by_title' then 3 else 4 end) group by id;
select band, count(*) from saiten_scores where score = 'fit' and id <> 'X5' group by band order by 1;
select sum(points) from saiten_scores where score = 'fit';
select id, points, band, typeof(points) from saiten_scores where score = 'fit' and id = 'X5';
