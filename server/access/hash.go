package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What a password hash costs: 34 ms on a small machine. Each holds 19 MiB, so
// only two are made at once, and only so many may wait for their turn.
const (
	hashMemory   = 19 * 1024 // KiB
	hashTime     = 2
	hashThreads  = 1
	hashSalt     = 16
	hashLength   = 32
	hashesAtOnce = 2
	hashesQueued = 100
)

// nobody is the hash that the password of an unknown person is held against,
// so that the answer takes as long as for a known one. No password fits it.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$bm90IGEgcmVhbCBzYWx0$bm8gcGFzc3dvcmQgaGFzIHRoaXMgZm9yIGl0cyBoYXM"

var errHash = errors.New("access: a password hash in the database cannot be read")

// hash makes the PHC string of a password.
func (a *Access) hash(ctx context.Context, password string) (string, error) {
	if err := a.turn(ctx); err != nil {
		return "", err
	}
	defer a.done()
	salt := make([]byte, hashSalt)
	rand.Read(salt) //nolint:errcheck // never returns one, see crypto/rand
	key := argon2.IDKey([]byte(normal(password)), salt, hashTime, hashMemory, hashThreads, hashLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// fits reports whether the password is the one of the PHC string.
func (a *Access) fits(ctx context.Context, password, phc string) (bool, error) {
	if err := a.turn(ctx); err != nil {
		return false, err
	}
	defer a.done()
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var version int
	var memory, time uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil {
		return false, errHash
	}
	salt, wrongSalt := base64.RawStdEncoding.DecodeString(parts[4])
	want, wrongKey := base64.RawStdEncoding.DecodeString(parts[5])
	if wrongSalt != nil || wrongKey != nil || version != argon2.Version || time < 1 || threads < 1 || memory > 1<<20 || len(want) < 16 {
		return false, errHash
	}
	got := argon2.IDKey([]byte(normal(password)), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// turn waits until one of the few hashes at a time may be made.
func (a *Access) turn(ctx context.Context) error {
	if a.queued.Add(1) > hashesQueued {
		a.queued.Add(-1)
		return &BusyError{}
	}
	select {
	case a.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		a.queued.Add(-1)
		return fmt.Errorf("access: wait to check a password: %w", ctx.Err())
	}
}

func (a *Access) done() {
	<-a.slots
	a.queued.Add(-1)
}
