package dbx

import (
	"context"
	"strings"
)

// lots are how many rows one statement takes. There are few, so that the texts of
// the statements are few and stay prepared for the life of a connection.
var lots = []int{50, 10, 1}

// Insert writes rows by as few statements as lots allow. head is an INSERT up to
// its VALUES, tail what follows them; every row has the same number of values. No
// two rows have the same key: PostgreSQL takes no row twice in one statement.
func Insert(ctx context.Context, tx Tx, head, tail string, rows ...[]any) error {
	for _, n := range lots {
		for ; len(rows) >= n; rows = rows[n:] {
			width := len(rows[0])
			row := "(?" + strings.Repeat(", ?", width-1) + ")"
			args := make([]any, 0, n*width)
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
			query := head + " VALUES " + row + strings.Repeat(", "+row, n-1)
			if tail != "" {
				query += " " + tail
			}
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// EachOf runs a query for keys, which stand in the place of its "IN (?)" at the
// end, and calls row for every row that is found; their order is any.
func EachOf(ctx context.Context, tx Tx, row func(scan func(dest ...any) error) error, query string, args []any, keys []string) error {
	head, ok := strings.CutSuffix(query, "IN (?)")
	if !ok {
		panic("dbx: a query of many keys ends with IN (?)")
	}
	for len(keys) > 0 {
		n := lots[0]
		for _, smaller := range lots {
			if len(keys) <= smaller {
				n = smaller
			}
		}
		all := append(make([]any, 0, len(args)+n), args...)
		for i := range n { // the last key stands for those that are wanting
			all = append(all, keys[min(i, len(keys)-1)])
		}
		if err := Each(ctx, tx, row, head+"IN (?"+strings.Repeat(", ?", n-1)+")", all...); err != nil {
			return err
		}
		keys = keys[min(n, len(keys)):]
	}
	return nil
}
