package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"lull/scheduler"
	"lull/scheduler/store"
)

const (
	keyLives   = 24 * time.Hour
	longestKey = 255
)

// errTaken ends the work of a request when another process did it first.
var errTaken = &UnansweredError{}

// call is one request that carried an Idempotency-Key.
type call struct {
	email, key, claim, method, path, hash string
}

// Once does what a request asks for, unless the same person sent it already
// within 24 hours with the same key: then it answers as it did then. Another
// request with the key is a *KeyReusedError.
//
// do must carry the request out under the context it is given. Each Update
// under it also keeps the key, so that a change and its key are there together
// or neither is, whenever the server stops; a second request that is carried
// out elsewhere at the same moment then fails, and keeps nothing. An answer
// from 500 on is not remembered.
func (a *Access) Once(
	ctx context.Context, person, key, method, path string, body []byte,
	do func(context.Context) (status int, answer []byte),
) (status int, answer []byte, err error) {
	if key == "" || len(key) > longestKey || !utf8.ValidString(key) {
		return 0, nil, scheduler.InvalidError{"Idempotency-Key": fmt.Sprintf("Take 1 to %d characters.", longestKey)}
	}
	sum := sha256.Sum256(body)
	c := call{person, key, secret(), method, path, hex.EncodeToString(sum[:])}
	done, err := a.alone(ctx, c)
	if err != nil {
		return 0, nil, err
	}
	defer done()
	if status, answer, err = a.recall(ctx, c); err != nil || status != 0 {
		return status, answer, err
	}
	status, answer = do(store.Also(ctx, c.claimed))
	if status >= 500 {
		return status, answer, nil
	}
	// The change is kept: that its answer is too must not depend on whether the
	// asker still listens.
	kept, err := a.remember(context.WithoutCancel(ctx), c, status, answer)
	if err != nil || kept {
		return status, answer, err
	}
	return a.recall(ctx, c)
}

// alone waits until no other request of this process has the same key.
func (a *Access) alone(ctx context.Context, c call) (done func(), err error) {
	name := c.email + "\x00" + c.key
	for {
		a.mu.Lock()
		other, busy := a.running[name]
		if !busy {
			mine := make(chan struct{})
			a.running[name] = mine
			a.mu.Unlock()
			return func() {
				a.mu.Lock()
				defer a.mu.Unlock()
				delete(a.running, name)
				close(mine)
			}, nil
		}
		a.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, fmt.Errorf("access: wait for the same request: %w", ctx.Err())
		}
	}
}

// recall is the answer that was given, or status 0 when there was no such
// request.
func (a *Access) recall(ctx context.Context, c call) (status int, answer []byte, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		var was call
		var code sql.NullInt64
		var text string
		err := tx.Row(`
			SELECT method, path, body_hash, status, body
			FROM idempotency
			WHERE email = $1 AND key = $2 AND created_at > $3`,
			c.email, c.key, store.At(tx.Now.Add(-keyLives)),
		).Scan(&was.method, &was.path, &was.hash, &code, &text)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return wrap("look for a request", err)
		case was.method != c.method || was.path != c.path || was.hash != c.hash:
			return &KeyReusedError{}
		case !code.Valid:
			return &UnansweredError{}
		}
		status, answer = int(code.Int64), []byte(text)
		return nil
	})
	return status, answer, err
}

// claimed keeps the key with the change that it is for. It fails when the key
// was kept with another one.
func (c call) claimed(tx *store.Tx) error {
	mine, err := c.keep(tx, sql.NullInt64{}, "")
	if err == nil && !mine {
		err = errTaken
	}
	return err
}

func (a *Access) remember(ctx context.Context, c call, status int, answer []byte) (kept bool, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		kept, err = c.keep(tx, sql.NullInt64{Int64: int64(status), Valid: true}, string(answer))
		return err
	})
	return kept, err
}

// keep writes the request, unless another one has its key, and forgets those
// that are too old to be asked for.
func (c call) keep(tx *store.Tx, status sql.NullInt64, answer string) (mine bool, err error) {
	if _, err := tx.Exec(`DELETE FROM idempotency WHERE created_at <= $1`, store.At(tx.Now.Add(-keyLives))); err != nil {
		return false, wrap("forget requests", err)
	}
	n, err := tx.Exec(`
		INSERT INTO idempotency (email, key, claim, method, path, body_hash, status, body, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (email, key) DO UPDATE
		SET status = excluded.status, body = excluded.body
		WHERE idempotency.claim = excluded.claim`,
		c.email, c.key, c.claim, c.method, c.path, c.hash, status, answer, store.At(tx.Now))
	return n == 1, wrap("keep a request", err)
}
