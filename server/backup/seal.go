package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// magic begins every file that age wrote.
const magic = "age-encryption.org/v1\n"

// KeyError says that an encrypted backup could not be opened with what was given.
type KeyError struct {
	File     string
	Identity string // the file of identities, empty when none was named
}

func (e *KeyError) Error() string {
	if e.Identity == "" {
		return e.File + " is encrypted: name the file of your age identity (AGE-SECRET-KEY-…) in LULL_BACKUP_IDENTITY"
	}
	return fmt.Sprintf("no identity in %s opens %s: it was encrypted for another recipient", e.Identity, e.File)
}

// CheckRecipients says what is wrong with recipients as Make takes them.
func CheckRecipients(recipients string) error {
	_, err := parseRecipients(recipients)
	return err
}

func parseRecipients(text string) ([]age.Recipient, error) {
	lines := strings.NewReplacer(",", "\n", " ", "").Replace(text)
	if strings.TrimSpace(lines) == "" {
		return nil, nil
	}
	to, err := age.ParseRecipients(strings.NewReader(lines))
	if err != nil {
		return nil, fmt.Errorf("backup: %q are not age public keys (age1…): %w", text, err)
	}
	return to, nil
}

// seal encrypts what is written until Close, or passes it on with no recipient.
func seal(w io.Writer, to []age.Recipient) (io.WriteCloser, error) {
	if len(to) == 0 {
		return plain{w}, nil
	}
	return age.Encrypt(w, to...)
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// unseal reads what seal wrote.
func unseal(r io.Reader, file, identity string) (io.Reader, error) {
	ahead := bufio.NewReader(r)
	if start, _ := ahead.Peek(len(magic)); string(start) != magic {
		return ahead, nil
	}
	if identity == "" {
		return nil, &KeyError{File: file}
	}
	keys, err := os.Open(identity)
	if err != nil {
		return nil, fmt.Errorf("backup: read the identity: %w", err)
	}
	defer keys.Close()
	identities, err := age.ParseIdentities(keys)
	if err != nil {
		return nil, fmt.Errorf("backup: %s is no file of age identities (AGE-SECRET-KEY-…): %w", identity, err)
	}
	opened, err := age.Decrypt(ahead, identities...)
	var mismatch *age.NoIdentityMatchError
	if errors.As(err, &mismatch) {
		return nil, &KeyError{File: file, Identity: identity}
	}
	if err != nil {
		return nil, &DamagedError{File: file, Why: err.Error()}
	}
	return opened, nil
}
