select segment, group_concat(id, ' ') from (select segment, id from saiten_members order by segment, id) group by segment;
