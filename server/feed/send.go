package feed

import (
	"net/http"
	"os"
)

// sender is who answers, where it sends what lies in a file without a copy
// through the program.
type sender interface {
	SendFile(f *os.File, length int) error
}

// worthAFile is from how many bytes on a copy costs more than the rest of an
// answer. What is kept of calendars bounds how many such files there are.
const worthAFile = 16 << 10

// filed is a file without a name that holds b. It is nil where b is small or
// there is no place for it: then b is sent from memory. It is closed when nobody
// holds it any more, since an answer may be under way from it when another takes
// its place.
func filed(b []byte) *os.File {
	if len(b) < worthAFile {
		return nil
	}
	f, err := os.CreateTemp("", "lull-feed-*")
	if err != nil {
		return nil
	}
	if os.Remove(f.Name()) != nil {
		_ = f.Close() // of no use
		return nil
	}
	if _, err := f.Write(b); err != nil {
		_ = f.Close() // of no use
		return nil
	}
	return f
}

// send writes b, by way of the file that holds the same where there is one and
// w can. Who hung up wants no answer.
func send(w http.ResponseWriter, b []byte, file *os.File) {
	for at := w; file != nil; {
		switch t := at.(type) {
		case sender:
			_ = t.SendFile(file, len(b))
			return
		case interface{ Unwrap() http.ResponseWriter }: // as http.ResponseController does it
			at = t.Unwrap()
		default:
			file = nil
		}
	}
	_, _ = w.Write(b)
}
