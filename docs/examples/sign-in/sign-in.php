<?php
// A PHP site whose people sign in with Gatehouse, without any library.
//
//   GATEHOUSE_ISSUER=https://auth.example.com/p/proj_… GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_CLIENT_SECRET=sec_… \
//   APP_URL=http://localhost:8000 php -S localhost:8000 sign-in.php
//
// Register APP_URL/callback as a redirect URI of the client. Behind https, set session.cookie_secure as well.

declare(strict_types=1);

$issuer = getenv("GATEHOUSE_ISSUER");
$client_id = getenv("GATEHOUSE_CLIENT_ID");
$client_secret = getenv("GATEHOUSE_CLIENT_SECRET");
$app_url = getenv("APP_URL");

session_start(["cookie_httponly" => true, "cookie_samesite" => "Lax"]);

function base64url(string $octets): string
{
    return rtrim(strtr(base64_encode($octets), "+/", "-_"), "=");
}

/** A request to Gatehouse from this server; its JSON. */
function ask(string $url, array $http): array
{
    $tls = getenv("GATEHOUSE_CA") ? ["cafile" => getenv("GATEHOUSE_CA")] : [];
    $text = file_get_contents($url, false, stream_context_create(["http" => $http + ["ignore_errors" => true], "ssl" => $tls]));
    return json_decode((string) $text, true) ?? [];
}

function redirect(string $url): never
{
    header("Location: $url", true, 303);
    exit;
}

function refuse(string $why): never
{
    http_response_code(400);
    exit(htmlspecialchars("Sign-in failed: $why") . ' <a href="/">Back</a>');
}

switch (parse_url($_SERVER["REQUEST_URI"], PHP_URL_PATH)) {
    case "/":
        if (isset($_SESSION["user"])) {
            echo "<p>Hello ", htmlspecialchars($_SESSION["user"]["email"] ?? $_SESSION["user"]["sub"]), '</p><a href="/logout">Sign out</a>';
        } else {
            echo '<a href="/login">Sign in</a>';
        }
        break;

    case "/login":
        // What only this browser and we know: the answer must bring the state, and the code is worth nothing without the verifier.
        $_SESSION["state"] = base64url(random_bytes(32));
        $_SESSION["verifier"] = base64url(random_bytes(32));
        redirect("$issuer/oauth/authorize?" . http_build_query([
            "response_type" => "code",
            "client_id" => $client_id,
            "redirect_uri" => "$app_url/callback",
            "scope" => "openid profile email",
            "state" => $_SESSION["state"],
            "code_challenge" => base64url(hash("sha256", $_SESSION["verifier"], true)),
            "code_challenge_method" => "S256",
        ]));

    case "/callback":
        $state = $_SESSION["state"] ?? "";
        $verifier = $_SESSION["verifier"] ?? "";
        unset($_SESSION["state"], $_SESSION["verifier"]);
        if ($state === "" || !hash_equals($state, $_GET["state"] ?? "") || ($_GET["iss"] ?? "") !== $issuer) {
            refuse("this answer isn't for a sign-in begun here");
        }
        if (!isset($_GET["code"])) {
            refuse($_GET["error"] ?? "no code");
        }
        $tokens = ask("$issuer/oauth/token", [
            "method" => "POST",
            "header" => [
                "Content-Type: application/x-www-form-urlencoded",
                "Authorization: Basic " . base64_encode(rawurlencode($client_id) . ":" . rawurlencode($client_secret)),
            ],
            "content" => http_build_query([
                "grant_type" => "authorization_code",
                "code" => $_GET["code"],
                "redirect_uri" => "$app_url/callback",
                "code_verifier" => $verifier,
            ]),
        ]);
        if (!isset($tokens["access_token"])) {
            refuse($tokens["error"] ?? "no token");
        }
        $user = ask("$issuer/oauth/userinfo", ["header" => ["Authorization: Bearer $tokens[access_token]"]]);
        if (!isset($user["sub"])) {
            refuse($user["error"] ?? "no user");
        }
        session_regenerate_id(true);
        $_SESSION["user"] = $user;
        redirect("/");

    case "/logout":
        session_destroy();
        redirect("/");

    default:
        http_response_code(404);
        echo "Nothing here.";
}
