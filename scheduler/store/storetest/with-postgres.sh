#!/bin/sh
# Runs a command beside a PostgreSQL of its own, whose address it finds in
# LULL_TEST_POSTGRES, and takes the database away afterwards:
#
#     sh scheduler/store/storetest/with-postgres.sh go test ./...
#
# The server keeps its files in a temporary folder, listens on a socket there
# and on no port. Without PostgreSQL's programs nothing runs and it says so;
# with REQUIRE_POSTGRES=1 that is an error. A LULL_TEST_POSTGRES that is set
# already is used as it is. POSTGRES_BIN names the folder of the programs.
set -eu

if [ $# -eq 0 ]; then
	echo "usage: $0 COMMAND [ARGUMENT…]" >&2
	exit 2
fi
if [ -n "${LULL_TEST_POSTGRES:-}" ]; then
	exec "$@"
fi

# programs prints the folder that has both initdb and postgres.
programs() {
	for dir in "${POSTGRES_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" \
		$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
		/usr/libexec/postgresql* /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin \
		"$(dirname "$(command -v initdb 2>/dev/null || echo /)")"; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			echo "$dir"
			return
		fi
	done
}

skip() {
	echo "with-postgres: $1; not run: $command" >&2
	[ "${REQUIRE_POSTGRES:-}" = 1 ] && exit 1
	exit 0
}

command=$*
bin=$(programs)
[ -n "$bin" ] || skip "PostgreSQL's programs initdb and postgres are not installed"

# PostgreSQL refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
	user=nobody
	id postgres >/dev/null 2>&1 && user=postgres
	if command -v setpriv >/dev/null; then
		as="setpriv --reuid=$user --regid=$(id -g $user) --clear-groups"
	elif command -v runuser >/dev/null; then
		as="runuser -u $user --"
	else
		skip "PostgreSQL does not run as root, and there is neither setpriv nor runuser"
	fi
fi

folder=$(mktemp -d /tmp/lull-postgres.XXXXXX) # short: a socket's path has at most 107 bytes
stop() {
	status=$?
	trap - EXIT INT TERM HUP
	if pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null); then
		kill -INT "$pid" 2>/dev/null || true
		while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	fi
	rm -rf "$folder"
	exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
[ -z "$as" ] || chown "$user" "$folder"

run() { (cd "$folder" && HOME=$folder exec $as "$@"); }
if ! run "$bin/initdb" -D "$folder/data" -U lull -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1; then
	cat "$folder/log" >&2
	exit 1
fi
run "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=400 \
	-c fsync=off -c synchronous_commit=off -c full_page_writes=off >>"$folder/log" 2>&1 &
left=300
until [ "$(sed -n 8p "$folder/data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; do
	left=$((left - 1))
	if [ $left = 0 ] || ! kill -0 $! 2>/dev/null; then
		echo "with-postgres: $bin/postgres did not start:" >&2
		cat "$folder/log" >&2
		exit 1
	fi
	sleep 0.1
done

LULL_TEST_POSTGRES="postgres:///postgres?host=$folder&user=lull&sslmode=disable" "$@"
