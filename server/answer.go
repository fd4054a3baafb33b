package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// answer writes an answer as net/http does, but what is written at once leaves
// in one piece with the head.
type answer struct {
	to     io.Writer
	now    time.Time
	header http.Header
	status int
	left   int64 // of the length that was said; unsaid if none was
	head   bytes.Buffer
	body   bytes.Buffer // kept until its length is known
	sent   bool
	err    error
	both   [2][]byte
	pieces net.Buffers
}

const unsaid = -1

func (a *answer) begin(to io.Writer, now time.Time) {
	clear(a.header)
	a.head.Reset()
	a.body.Reset()
	a.to, a.now, a.status, a.sent, a.err = to, now, 0, false, nil
}

// Header is the header that WriteHeader, or the first Write, sends.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader says how the request was answered. The first counts.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status, a.left = status, unsaid
	if said := a.header["Content-Length"]; len(said) == 1 {
		var length uint64
		length, a.err = strconv.ParseUint(said[0], 10, 63)
		a.left = int64(length)
	}
	a.head.WriteString("HTTP/1.1 ")
	a.head.WriteString(strconv.Itoa(status))
	a.head.WriteByte(' ')
	a.head.WriteString(http.StatusText(status))
	a.head.WriteString("\r\n")
	_ = a.header.Write(&a.head) // which takes everything
	a.head.WriteString("Date: ")
	a.head.Write(a.now.UTC().AppendFormat(a.head.AvailableBuffer(), http.TimeFormat))
	a.head.WriteString("\r\n")
}

// Write writes a part of the body.
func (a *answer) Write(p []byte) (int, error) {
	if err := a.take(len(p)); err != nil {
		return 0, err
	}
	if a.left == unsaid {
		return a.body.Write(p)
	}
	return len(p), a.send(p)
}

// SendFile writes the first bytes of a file as a part of the body, without a
// copy through the program if its length was said.
func (a *answer) SendFile(f *os.File, length int) error {
	a.WriteHeader(http.StatusOK)
	to, ok := a.to.(syscall.Conn)
	if !ok || a.left == unsaid {
		_, err := io.Copy(a, io.NewSectionReader(f, 0, int64(length)))
		return err
	}
	if err := a.take(length); err != nil {
		return err
	}
	if !a.sent {
		_ = a.send(nil)
	}
	if a.err != nil {
		return a.err
	}
	var sent int
	sent, a.err = sendFile(to, f, length)
	if errors.Is(a.err, syscall.EINVAL) || errors.Is(a.err, errors.ErrUnsupported) { // not from such a file, or not here
		_, a.err = io.Copy(a.to, io.NewSectionReader(f, int64(sent), int64(length-sent)))
	}
	return a.err
}

// take makes sure that so many bytes may follow.
func (a *answer) take(length int) error {
	a.WriteHeader(http.StatusOK)
	switch {
	case a.err != nil:
		return a.err
	case a.bodiless():
		return http.ErrBodyNotAllowed
	case a.left == unsaid:
		return nil
	case int64(length) > a.left:
		return http.ErrContentLength
	}
	a.left -= int64(length)
	return nil
}

// end sends what is not sent yet. An error means that nobody can tell where the
// answer ends, or has taken it.
func (a *answer) end() error {
	a.WriteHeader(http.StatusOK)
	switch {
	case a.err != nil:
		return a.err
	case a.bodiless():
		a.left = 0
	case a.left == unsaid:
		a.left = 0
		a.head.WriteString("Content-Length: ")
		a.head.WriteString(strconv.Itoa(a.body.Len()))
		a.head.WriteString("\r\n")
	}
	if !a.sent {
		_ = a.send(a.body.Bytes())
	}
	if a.err == nil && a.left > 0 {
		return io.ErrUnexpectedEOF
	}
	return a.err
}

// bodiless reports whether an answer of that status has no body (RFC 9110, 6.4.1).
func (a *answer) bodiless() bool {
	return a.status == http.StatusNotModified || a.status == http.StatusNoContent
}

// send sends a part of the body, and the head before the first.
func (a *answer) send(p []byte) error {
	if a.sent {
		_, a.err = a.to.Write(p)
		return a.err
	}
	a.sent = true
	a.head.WriteString("\r\n")
	a.both = [2][]byte{a.head.Bytes(), p}
	a.pieces = a.both[:]
	if len(p) == 0 {
		a.pieces = a.both[:1]
	}
	_, a.err = a.pieces.WriteTo(a.to) // at once, where it is a connection
	return a.err
}

// sendFile has the system send the first bytes of f on a connection (sendfile),
// and says how many it sent.
func sendFile(to syscall.Conn, f *os.File, length int) (sent int, err error) {
	raw, err := to.SyscallConn()
	if err != nil {
		return 0, err
	}
	from := int(f.Fd())
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		for failed == nil && sent < length {
			at := int64(sent) // which not every system moves on
			n, err := syscall.Sendfile(int(fd), from, &at, length-sent)
			sent += max(n, 0)
			switch {
			case errors.Is(err, syscall.EAGAIN):
				return false // until there is room
			case errors.Is(err, syscall.EINTR):
			case err != nil:
				failed = err
			case n == 0:
				failed = io.ErrUnexpectedEOF // the file is shorter
			}
		}
		return true
	})
	runtime.KeepAlive(f)
	return sent, cmp.Or(err, failed)
}
