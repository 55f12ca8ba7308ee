// Ask a Prakerja server for the seats of a schedule or the state of a redeem code. Standard library only.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const usage = "client.go HOST CLIENT_CODE SIGN_KEY (quota COURSE SCHEDULE | redeem-status CODE [SEQUENCE])"
const prefix = "/api/v1/integration/payment"

// question returns path and members of the call that the words ask for.
func question(words []string) (string, map[string]any, bool) {
	switch {
	case len(words) == 3 && words[0] == "quota":
		return prefix + "/quota-schedule", map[string]any{"schedule_code": words[2], "course_code": words[1]}, true
	case (len(words) == 2 || len(words) == 3) && words[0] == "redeem-status":
		sequence := 1
		if len(words) == 3 {
			number, err := strconv.Atoi(words[2])
			if err != nil || number < 0 {
				return "", nil, false
			}
			sequence = number
		}
		return prefix + "/redeem-code/status", map[string]any{"redeem_code": words[1], "sequence": sequence}, true
	}
	return "", nil, false
}

// ask signs exactly the bytes that are sent.
func ask(host, clientCode, signKey, path string, members map[string]any) (int, string, error) {
	body, err := json.Marshal(members)
	if err != nil {
		return 0, "", err
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha1.New, []byte(signKey))
	mac.Write([]byte(clientCode + timestamp + "POST" + path))
	mac.Write(body)

	request, err := http.NewRequest("POST", strings.TrimRight(host, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("client_code", clientCode)
	request.Header.Set("timestamp", timestamp)
	request.Header.Set("signature", hex.EncodeToString(mac.Sum(nil)))
	client := http.Client{Timeout: 15 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), err
}

func main() {
	var words []string
	if len(os.Args) > 4 {
		words = os.Args[4:]
	}
	path, members, known := question(words)
	if !known {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	status, answer, err := ask(os.Args[1], os.Args[2], os.Args[3], path, members)
	if err != nil {
		// No refusal: what became of the call is unknown.
		fmt.Fprintln(os.Stderr, "no answer:", err)
		os.Exit(2)
	}
	fmt.Println(status, answer)
	if status != 200 {
		os.Exit(1)
	}
}
