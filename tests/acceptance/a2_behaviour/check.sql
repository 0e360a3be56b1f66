select t.id, b.points, t.points, t.band from saiten_scores t join saiten_scores b on b.id = t.id and b.score = 'behaviour'
  where t.score = 'total' order by t.id;
select points from saiten_scores where score = 'total_once' and id = 'L7';
select segment, id from saiten_members order by 1, 2;
