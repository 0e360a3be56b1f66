select id, group_concat(band, ' ') from (select id, score, band from saiten_scores where score <> 'total' order by id, score) group by id;
select distinct points is null from saiten_scores where score = 'route';
select segment, group_concat(id, ' ') from (select segment, id from saiten_members order by segment, id) group by segment;
