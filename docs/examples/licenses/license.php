<?php
// May this program run? Asks Gatehouse about a license, and believes nothing that the project's key didn't sign.
//
//	GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
//		php license.php XXXX-XXXX-XXXX-XXXX
//
// In a program of yours the first four are compiled in. Needs sodium, which PHP brings along. Ends with 0 when the license counts.
declare(strict_types=1);

function fail(string $why): never
{
	fwrite(STDERR, "$why\n");
	exit(2);
}

[$url, $client_id, $kid, $public_key] = array_map(fn ($name) => getenv("GATEHOUSE_$name") ?: fail("GATEHOUSE_$name is missing"),
	['URL', 'CLIENT_ID', 'KID', 'PUBLIC_KEY']);

/** What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced. */
function machine(): array
{
	$cards = array_map(fn ($path) => trim(file_get_contents($path)), glob('/sys/class/net/*/address'));
	return ['uuid' => trim(file_get_contents('/etc/machine-id')), 'mac' => array_slice($cards, 0, 16)];
}

$nonce = rtrim(strtr(base64_encode(random_bytes(24)), '+/', '-_'), '=');
$body = json_encode(['client_id' => $client_id, 'license_key' => $argv[1], 'fingerprint' => machine(), 'nonce' => $nonce, 'kid' => $kid]);
$reply = file_get_contents("$url/api/v1/validate", false, stream_context_create([
	'http' => ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $body, 'timeout' => 10, 'ignore_errors' => true],
	'ssl' => array_filter(['cafile' => getenv('GATEHOUSE_CA')]),
]));
$answer = json_decode((string) $reply, true);
if (!isset($answer['payload']))
	fail('no answer: ' . ($answer['error']['code'] ?? 'unreachable'));

$signed = "gatehouse-license-v1\n$kid\n{$answer['payload']}";
if ($answer['kid'] !== $kid || !sodium_crypto_sign_verify_detached(base64_decode($answer['signature']), $signed, hex2bin($public_key)))
	fail("the answer isn't signed by our key");
$payload = json_decode($answer['payload'], true);	// from here on nothing but the payload is looked at
if ($payload['nonce'] !== $nonce || $payload['request_hash'] !== hash('sha256', $body) || $payload['client_id'] !== $client_id)
	fail('the answer is to another question');

echo $payload['code'], ': ', $payload['product_name'] ?? 'no such license', ', until ', $payload['valid_until'] ?? 'null', "\n";
exit($payload['valid'] ? 0 : 1);
