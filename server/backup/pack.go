package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// The entries of the tar, in this order.
const (
	manifestName = "manifest.json"
	databaseName = "lull.db"
	sumsName     = "SHA256SUMS"
)

// block is the unit of a tar. Every entry fills its last one, so that there is
// no padding in which a changed byte would go unseen.
const block = 512

// small is the most that is read of the two entries that describe the third.
const small = 64 << 10

// errFormat says that a stream is not laid out as pack does.
var errFormat = errors.New("not laid out as a backup is")

// pack writes the database file and its manifest as a tar.
func pack(ctx context.Context, w io.Writer, m Manifest, file string) error {
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	manifest = fill(append(manifest, '\n'), ' ', '\n')
	database, err := os.Open(file)
	if err != nil {
		return err
	}
	defer database.Close()
	t := tar.NewWriter(w)
	for _, e := range []struct {
		name    string
		size    int64
		content io.Reader
	}{
		{manifestName, int64(len(manifest)), bytes.NewReader(manifest)},
		{databaseName, m.Size, reader{ctx, database}},
		{sumsName, int64(len(sums(manifest, m))), bytes.NewReader(sums(manifest, m))},
	} {
		// GNU's format, because it has no limit of 8 GiB and adds no entries.
		h := &tar.Header{Format: tar.FormatGNU, Typeflag: tar.TypeReg, Name: e.name, Mode: 0o600, Size: e.size, ModTime: m.CreatedAt}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(t, e.content); err != nil {
			return err
		}
	}
	return t.Close()
}

// sums is a file for sha256sum -c.
func sums(manifest []byte, m Manifest) []byte {
	of := sha256.Sum256(manifest)
	text := fmt.Sprintf("%x  %s\n%s  %s\n#", of, manifestName, m.SHA256, databaseName)
	return fill([]byte(text), ' ', '\n')
}

// fill makes text as long as whole blocks.
func fill(text []byte, with, last byte) []byte {
	for (len(text)+1)%block != 0 {
		text = append(text, with)
	}
	return append(text, last)
}

// unpack reads what pack wrote, to the last byte, and writes the database to w.
func unpack(r io.Reader, w io.Writer) (m Manifest, err error) {
	count := &counter{Reader: r}
	t := tar.NewReader(count)
	manifest, err := entry(t, manifestName)
	if err != nil {
		return m, err
	}
	strict := json.NewDecoder(bytes.NewReader(manifest))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("it has format %d and this Lull knows only %d", m.Format, format)
	}
	h, err := next(t, databaseName)
	if err != nil {
		return m, err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), t); err != nil {
		return m, err
	}
	if h.Size != m.Size || hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return m, errors.New("the database in it is not the one its manifest tells of")
	}
	listed, err := entry(t, sumsName)
	if err != nil {
		return m, err
	}
	if !bytes.Equal(listed, sums(manifest, m)) {
		return m, fmt.Errorf("%s does not fit", sumsName)
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return m, errFormat
	}
	const headers, end = 3 * block, 2 * block
	want := headers + int64(len(manifest)) + m.Size + int64(len(listed)) + end
	if _, err := io.Copy(io.Discard, io.LimitReader(count, 1)); err != nil {
		return m, err
	}
	if count.n < want {
		return m, io.ErrUnexpectedEOF
	}
	if count.n > want {
		return m, errors.New("there is more after its end")
	}
	return m, nil
}

// next goes to the entry that has to come next.
func next(t *tar.Reader, name string) (*tar.Header, error) {
	h, err := t.Next()
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if h.Name != name || h.Typeflag != tar.TypeReg || h.Size%block != 0 {
		return nil, errFormat
	}
	return h, nil
}

// entry reads one of the two small entries.
func entry(t *tar.Reader, name string) ([]byte, error) {
	h, err := next(t, name)
	if err != nil {
		return nil, err
	}
	if h.Size > small {
		return nil, errFormat
	}
	return io.ReadAll(t)
}

// counter counts what was read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (n int, err error) {
	n, err = c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
