//go:build ordered

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func init() { modes["decide"] = decideLines }

func decideLines(in *bufio.Scanner, out io.Writer) error {
	encoder := json.NewEncoder(out)
	for in.Scan() {
		if err := encoder.Encode(decideLine(in.Bytes())); err != nil {
			return err
		}
	}
	return in.Err()
}

// decideLine never fails as a whole: a case that upstream cannot decide is recorded as that.
func decideLine(line []byte) (decision Decision) {
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", reason, debug.Stack())
			decision = Decision{Error: fmt.Sprintf("panic: %v", reason)}
		}
	}()
	var input Case
	if err := json.Unmarshal(line, &input); err != nil {
		return Decision{Error: fmt.Sprintf("reading the case: %v", err)}
	}
	decision, err := decide(context.Background(), &input)
	if err != nil {
		return Decision{Name: input.Name, Error: err.Error()}
	}
	decision.Name = input.Name
	return decision
}
