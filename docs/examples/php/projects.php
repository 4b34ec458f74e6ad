<?php
// Uses a service key from PHP (8 or later, no extension needed): says who the key is, makes a project, lists all of them.
//
//   GATEHOUSE_URL=https://localhost:8443 GATEHOUSE_KEY=gsk_test_… GATEHOUSE_CA=var/tls/ca.pem php projects.php "My app"

declare(strict_types=1);

$base = getenv('GATEHOUSE_URL');
$key = getenv('GATEHOUSE_KEY');
if (!$base || !$key) {
    fwrite(STDERR, "Set GATEHOUSE_URL and GATEHOUSE_KEY.\n");
    exit(2);
}

/** One request; an answer that isn't a success becomes an exception with the code and the request id. */
function gatehouse(string $method, string $path, ?array $body = null, ?string $idempotencyKey = null): ?array
{
    global $base, $key;
    $headers = ["Authorization: Bearer $key"];
    if ($body !== null) {
        $headers[] = 'Content-Type: application/json';
    }
    if ($idempotencyKey !== null) {
        $headers[] = "Idempotency-Key: $idempotencyKey";
    }
    $context = stream_context_create([
        'http' => [
            'method' => $method,
            'header' => $headers,
            'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE),
            'ignore_errors' => true,
            'timeout' => 10,
        ],
        'ssl' => getenv('GATEHOUSE_CA') ? ['cafile' => getenv('GATEHOUSE_CA')] : [],
    ]);
    $text = file_get_contents("$base/api/v1$path", false, $context);
    if ($text === false) {
        throw new RuntimeException("no answer from $base");
    }
    $status = (int) explode(' ', $http_response_header[0])[1];
    $answer = $text === '' ? null : json_decode($text, true, 64, JSON_THROW_ON_ERROR);
    if ($status >= 400) {
        throw new RuntimeException("{$answer['error']['code']}: {$answer['error']['message']} ({$answer['request_id']})");
    }
    return $answer;
}

/** Every object of a list, page by page. */
function all(string $path): Generator
{
    $cursor = null;
    do {
        $page = gatehouse('GET', $cursor === null ? $path : "$path?cursor=" . rawurlencode($cursor));
        yield from $page['data'];
        $cursor = $page['next_cursor'];
    } while ($cursor !== null);
}

$me = gatehouse('GET', '/whoami');
echo "{$me['credential']['name']} ({$me['credential']['environment']}) of {$me['org']['name']}\n";

// The name is the key of the request here, so that running this twice makes one project.
$name = $argv[1] ?? 'Example';
$environment = $me['credential']['environment'];
$project = gatehouse('POST', '/projects', ['name' => $name, 'environment' => $environment], 'example-' . rawurlencode($name));
echo "made {$project['name']}: {$project['id']}, client {$project['client_id']}\n";

foreach (all('/projects') as $each) {
    echo "{$each['id']}  {$each['environment']}  {$each['slug']}" . ($each['is_default'] ? '  (default)' : '') . "\n";
}
