#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, which is made in a
# temporary folder, listens on a socket there and nowhere else, and is removed
# afterwards, with what the tests need and no more: it loses its data in a power
# cut. A server that the computer has is neither asked nor touched.
#
#   build/postgres.sh COMMAND [ARGUMENT...]
#
# The command finds the address in AKNO_TEST_POSTGRES. The server runs as its
# caller, or as the user postgres when that is root.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2; exit 2; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n1) || true
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "no PostgreSQL: build/deps.sh test installs it" >&2; exit 1; }

as=()
if [ "$(id -u)" = 0 ]; then
	user=nobody
	! id -u postgres >/dev/null 2>&1 || user=postgres
	as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
fi
# the path of a socket is short: not in a TMPDIR that may be deep
dir=$(mktemp -d /tmp/akno-pg.XXXXXX)
[ ${#as[@]} -eq 0 ] || chown "$user" "$dir"
status=1
end() {
	(cd / && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1) || true
	rm -rf "$dir"
	exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

in_folder() { (cd "$dir" && env -u PGPORT -u PGHOST -u PGDATA -u PGOPTIONS LC_ALL=C "${as[@]}" "$@"); }
in_folder "$bin/initdb" -D "$dir/data" -U portal -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; exit 1; }
cat >>"$dir/data/postgresql.conf" <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$dir'
	fsync = off
	full_page_writes = off
	max_connections = 200
	max_locks_per_transaction = 128
	shared_buffers = 64MB
	wal_level = minimal
	max_wal_senders = 0
	autovacuum = off
	jit = off
CONF
in_folder "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 120 start >"$dir/start.log" 2>&1 ||
	{ cat "$dir/start.log" "$dir/server.log" >&2; exit 1; }

export AKNO_TEST_POSTGRES="postgres://portal@/postgres?host=$dir"
status=0
"$@" || status=$?
# a server that fell over is a failure whatever the command says
if grep -E 'PANIC|was terminated by signal' "$dir/server.log" >&2; then status=1; fi
