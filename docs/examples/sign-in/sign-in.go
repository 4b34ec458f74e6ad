// A Go app whose people sign in with Gatehouse, with nothing but the standard library.
//
//	GATEHOUSE_ISSUER=https://auth.example.com/p/proj_… GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_CLIENT_SECRET=sec_… \
//	APP_URL=http://localhost:8000 go run sign-in.go
//
// Register APP_URL/callback as a redirect URI of the client.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
)

var (
	issuer       = os.Getenv("GATEHOUSE_ISSUER")
	clientID     = os.Getenv("GATEHOUSE_CLIENT_ID")
	clientSecret = os.Getenv("GATEHOUSE_CLIENT_SECRET")
	appURL       = os.Getenv("APP_URL")
)

type user struct {
	Sub   string `json:"sub"`
	Email string `json:"email"`
}

// What we know of a browser.
type known struct {
	state, verifier string
	user            *user
}

// By cookie. A real app keeps this in a database.
var (
	mutex    sync.Mutex
	browsers = map[string]known{}
)

func random() string {
	octets := make([]byte, 32)
	if _, err := rand.Read(octets); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(octets)
}

func look(r *http.Request) known {
	mutex.Lock()
	defer mutex.Unlock()
	cookie, err := r.Cookie("app")
	if err != nil {
		return known{}
	}
	return browsers[cookie.Value]
}

// keep gives the browser a new cookie for what is known: nobody may have planted the old one.
func keep(w http.ResponseWriter, r *http.Request, what known) {
	mutex.Lock()
	defer mutex.Unlock()
	if cookie, err := r.Cookie("app"); err == nil {
		delete(browsers, cookie.Value)
	}
	id := random()
	browsers[id] = what
	http.SetCookie(w, &http.Cookie{Name: "app", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(appURL, "https:")})
}

func home(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if u := look(r).user; u != nil {
		name := u.Email
		if name == "" {
			name = u.Sub
		}
		fmt.Fprintf(w, `<p>Hello %s</p><a href="/logout">Sign out</a>`, html.EscapeString(name))
		return
	}
	fmt.Fprint(w, `<a href="/login">Sign in</a>`)
}

func login(w http.ResponseWriter, r *http.Request) {
	// What only this browser and we know: the answer must bring the state, and the code is worth nothing without the verifier.
	browser := known{state: random(), verifier: random()}
	keep(w, r, browser)
	challenge := sha256.Sum256([]byte(browser.verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {appURL + "/callback"}, "scope": {"openid profile email"}, "state": {browser.state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	http.Redirect(w, r, issuer+"/oauth/authorize?"+query.Encode(), http.StatusSeeOther)
}

// ask sends a request to Gatehouse from this server and reads its JSON.
func ask(request *http.Request, ret any) error {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		var refused struct {
			Error string `json:"error"`
		}
		if json.NewDecoder(answer.Body).Decode(&refused) != nil || refused.Error == "" {
			return errors.New(answer.Status)
		}
		return errors.New(refused.Error)
	}
	return json.NewDecoder(answer.Body).Decode(ret)
}

func redeem(code, verifier string) (*user, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {appURL + "/callback"}, "code_verifier": {verifier}}
	request, err := http.NewRequest("POST", issuer+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(clientID), url.QueryEscape(clientSecret))
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := ask(request, &tokens); err != nil {
		return nil, err
	}
	request, err = http.NewRequest("GET", issuer+"/oauth/userinfo", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
	var told user
	return &told, ask(request, &told)
}

func callback(w http.ResponseWriter, r *http.Request) {
	browser, query := look(r), r.URL.Query()
	keep(w, r, known{})
	refuse := func(why string) {
		http.Error(w, "Sign-in failed: "+why, http.StatusBadRequest)
	}
	if browser.state == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(browser.state)) != 1 || query.Get("iss") != issuer {
		refuse("this answer isn't for a sign-in begun here")
		return
	}
	if query.Get("code") == "" {
		refuse(query.Get("error"))
		return
	}
	told, err := redeem(query.Get("code"), browser.verifier)
	if err != nil {
		refuse(err.Error())
		return
	}
	w.Header().Del("Set-Cookie")
	keep(w, r, known{user: told})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func logout(w http.ResponseWriter, r *http.Request) {
	keep(w, r, known{})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func main() {
	at, err := url.Parse(appURL)
	if err != nil {
		log.Fatal(err)
	}
	port := at.Port()
	if port == "" {
		port = "80"
	}
	http.HandleFunc("/", home)
	http.HandleFunc("/login", login)
	http.HandleFunc("/callback", callback)
	http.HandleFunc("/logout", logout)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}
