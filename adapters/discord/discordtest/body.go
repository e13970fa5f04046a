package discordtest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
)

// take reads a request's body and checks it against Discord's document; what
// does not fit is refused and noted. Nil: it was.
func (s *Server) take(w http.ResponseWriter, r *http.Request, request string) (any, []byte, []File) {
	raw, files, err := parts(r)
	var v any
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err == nil {
		err = conform(spec.Requests[request], v, request)
	}
	if err != nil {
		s.problem("%v", err)
		s.refuse(w, BadForm, err.Error())
		return nil, nil, nil
	}
	return v, raw, files
}

func parts(r *http.Request) (raw []byte, files []File, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind != "multipart/form-data" {
		raw, err = io.ReadAll(io.LimitReader(r.Body, 1<<20))
		return raw, nil, err
	}
	for mr := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := mr.NextPart()
		if err == io.EOF {
			return raw, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		data, err := io.ReadAll(io.LimitReader(p, 11<<20))
		if err != nil {
			return nil, nil, err
		}
		switch {
		case p.FormName() == "payload_json":
			raw = data
		case p.FormName() == "files["+strconv.Itoa(len(files))+"]" && len(data) <= 10<<20:
			files = append(files, File{p.FileName(), data})
		default:
			return nil, nil, fmt.Errorf("an upload is too large, or out of order")
		}
	}
}

// message reads the body of a message.
func (s *Server) message(w http.ResponseWriter, r *http.Request, request string) (*body, []File) {
	_, raw, files := s.take(w, r, request)
	if raw == nil {
		return nil, nil
	}
	b := new(body)
	err := json.Unmarshal(raw, b)
	if err == nil {
		err = rules(b, len(files))
	}
	for i, f := range b.Files {
		if i >= len(files) || f.ID != strconv.Itoa(i) || f.Name != files[i].Name {
			err = fmt.Errorf("attachments.%d: is no upload", i)
		}
	}
	if err != nil {
		s.problem("%s: %v", request, err)
		s.refuse(w, BadForm, err.Error())
		return nil, nil
	}
	if c := unescaped(b.Content); c != "" {
		s.problem("%s: %q is not escaped", request, c)
	}
	return b, files
}
