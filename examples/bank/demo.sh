#!/usr/bin/env bash
# demo.sh SAITEN [DB]: real contacts into a database, scored, the best leads, and how well the score found the outcome.
set -euo pipefail

saiten=$(realpath "${1:?the saiten command}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
db=${2:-$(dirname "$saiten")/../demo/bank.db}
mkdir -p "$(dirname "$db")"
db=$(realpath "$db")
started=$(date +%s%N)

# Bold only where somebody looks: a log or a pipe gets plain text.
bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi

# show COMMAND...: prints the command as a person would type it, then runs it.
show() {
  printf '\n%s$ %s%s\n' "$bold" "${*//$saiten/saiten}" "$plain"
  "$@"
}

query() {
  printf '\n%s%s%s\n' "$bold" "$1" "$plain"
  sqlite3 -readonly -box "$db" "$2"
}

cd "$here"
show "$saiten" check
show "$saiten" test
show "$saiten" import bank-full.csv.gz --object contact --db "$db"
show "$saiten" run --db "$db"

query "The best ten of 45,211 leads" "
  SELECT s.id, s.points, s.band, c.age, c.job, c.balance, c.poutcome AS last_time, c.month, c.y AS said_yes
  FROM saiten_scores s JOIN contacts c ON c.id = s.id
  WHERE s.object = 'contact' AND s.score = 'propensity' ORDER BY s.points DESC, s.id LIMIT 10"

query "How many in each band, and how many of them said yes" "
  SELECT s.band, count(*) AS contacts, sum(c.y = 'yes') AS said_yes,
         printf('%.1f %%', 100.0 * sum(c.y = 'yes') / count(*)) AS rate
  FROM saiten_scores s JOIN contacts c ON c.id = s.id
  WHERE s.object = 'contact' AND s.score = 'propensity' GROUP BY s.band ORDER BY min(s.points) DESC"

query "How many in each segment" "
  SELECT segment, count(*) AS members FROM saiten_members WHERE object = 'contact' GROUP BY segment ORDER BY segment"

show "$saiten" evaluate deposit --db "$db"

best=$(sqlite3 -readonly "$db" "
  SELECT id FROM saiten_scores WHERE object = 'contact' AND score = 'propensity' ORDER BY points DESC, id LIMIT 1")
show "$saiten" why contact "$best" --db "$db"

printf '\nThe database is %s; everything above took %d.%d s.\n' "$db" \
  $((($(date +%s%N) - started) / 1000000000)) $((($(date +%s%N) - started) / 100000000 % 10))
