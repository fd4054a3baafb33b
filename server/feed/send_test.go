package feed

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

func TestLargeBytesLieInAFileWithoutAName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if f := filed(make([]byte, worthAFile-1)); f != nil {
		t.Error("few bytes got a file")
	}
	want := bytes.Repeat([]byte("ab"), worthAFile)
	f := filed(want)
	if f == nil {
		t.Fatal("many bytes got no file")
	}
	defer f.Close()
	got, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file holds %d bytes, %v, want %d", len(got), err, len(want))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the file has a name: %v, %v", left, err)
	}
	t.Setenv("TMPDIR", dir+"/nowhere")
	if f := filed(want); f != nil {
		t.Error("there is a file where there is no place")
	}
}

// wrapped is an answer in another, as a router has it.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// filing is an answer that sends files.
type filing struct {
	http.ResponseWriter
	file *os.File
}

func (w *filing) SendFile(f *os.File, length int) error {
	w.file = f
	_, err := io.Copy(w, io.NewSectionReader(f, 0, int64(length)))
	return err
}

func TestBytesAreSentByWayOfAFileWhereThatWorks(t *testing.T) {
	t.Parallel()
	b := bytes.Repeat([]byte("ab"), worthAFile)
	f := filed(b)
	defer f.Close()
	for _, c := range []struct {
		name string
		file *os.File
		can  bool
	}{{"it works", f, true}, {"no file", nil, true}, {"nobody sends files", f, false}} {
		w := httptest.NewRecorder()
		to := &filing{ResponseWriter: w}
		if c.can {
			send(wrapped{wrapped{to}}, b, c.file)
		} else {
			send(wrapped{w}, b, c.file)
		}
		if got := w.Body.Bytes(); !bytes.Equal(got, b) || to.file != nil != (c.can && c.file != nil) {
			t.Errorf("%s: %d bytes came, by way of a file: %t", c.name, len(got), to.file != nil)
		}
	}
}
