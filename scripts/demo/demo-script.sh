#!/bin/sh
# What the demo runs: a little of everything that scripts print.
#
#   DEMO_PACE     seconds between steps (default 0.4; 0: as fast as it goes)
#   DEMO_STDOUT   files that get a copy of every byte written to stdout
#   DEMO_STDERR   and to stderr, to compare with what was stored
pace=${DEMO_PACE:-0.4}
stdout_copy=${DEMO_STDOUT:-/dev/null}
stderr_copy=${DEMO_STDERR:-/dev/null}

out() { tee -a "$stdout_copy"; }
err() { tee -a "$stderr_copy" >&2; }
rest() { [ "$pace" = 0 ] || sleep "$pace"; }

levels() {
  echo "DEBUG reading /etc/nightly.conf" | out
  echo "INFO  nightly report for 2026-01-31" | out; rest
  echo "WARN  the mirror in Tokyo answers slowly, 1240 ms" | out; rest
  echo "ERROR could not reach mirror 3, going on with 2 of 3" | err; rest
  echo "a line on stderr that is no error at all" | err; rest
}

japanese() {
  echo "集計を開始します: 売上データ 12,408 件" | out; rest
  echo "警告: 「東京」支店のデータがありません" | out; rest
}

colours() {
  printf '\033[1mbold\033[0m \033[32mgreen\033[0m \033[33myellow\033[0m \033[38;5;208morange\033[0m \033[4munderlined\033[0m\n' | out
  printf '\033[42;30m PASS \033[0m report.test.ts \033[2m(12 tests)\033[0m\n' | out; rest
}

json_lines() {
  echo '{"level":"info","msg":"request served","path":"/report","status":200,"ms":14}' | out
  echo '{"level":"warn","msg":"retrying","attempt":2,"of":5}' | out
  echo 'level=error msg="upstream closed the connection" upstream=10.0.3.7:8443' | out; rest
}

stack_trace() {
  {
    echo 'Exception in thread "main" java.lang.IllegalStateException: the ledger does not balance'
    echo '    at com.example.Ledger.close(Ledger.java:118)'
    echo '    at com.example.Nightly.main(Nightly.java:41)'
    echo 'Caused by: java.io.IOException: No space left on device'
    echo '    ... 2 more'
  } | err
  rest
}

progress_bar() {
  percent=0
  while [ "$percent" -le 100 ]; do
    printf '\rdownloading the archive %3d %%' "$percent"
    [ "$pace" = 0 ] || sleep 0.1
    percent=$((percent + 4))
  done | out
  printf '\n' | out; rest
}

burst() {
  seq 1 5000 | awk '{ printf "row %d: sum %d, checked against the ledger\n", $1, $1 * 37 }' | out; rest
}

long_line() {
  awk 'BEGIN { printf "one line of 300,000 characters: "; for (i = 0; i < 29997; i++) printf "0123456789"; print "" }' | out; rest
}

last_words() {
  for step in archive sign upload tidy; do
    echo "INFO  $step: done" | out; rest; rest
  done
  echo "INFO  12,408 rows, 3 warnings, report at /srv/reports/2026-01-31.pdf" | out
  printf 'the last line has no newline' | out
}

levels
japanese
colours
json_lines
progress_bar
stack_trace
burst
long_line
last_words
