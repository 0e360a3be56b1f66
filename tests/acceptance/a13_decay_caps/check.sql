select id, group_concat(points, ' ') from (select id, points from saiten_scores where id like 'age%' and score in
  ('linear', 'compound', 'half_life', 'expiring') order by id, case score when 'linear' then 1 when 'compound' then 2 when 'half_life' then 3 else 4 end) group by id;
select id, score, points, band from saiten_scores where id in ('person', 'company') and score in ('capped', 'capped_inside', 'floored') order by 1, 2;
select id, points from saiten_scores where score = 'daily' and id in ('midnight', 'one_day') order by 1;
