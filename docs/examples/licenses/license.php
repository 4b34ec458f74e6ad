<?php
// May this program run? Asks Gatehouse about a license, or reads a license file, and believes nothing that the project's key didn't sign.
//
//	GATEHOUSE_URL=https://HOST GATEHOUSE_CLIENT_ID=proj_… GATEHOUSE_KID=lsk_… GATEHOUSE_PUBLIC_KEY=<64 hexadecimal digits> \
//		php license.php XXXX-XXXX-XXXX-XXXX    (or, without a network: php license.php FILE.lic)
//
// In a program of yours the first four are compiled in. Needs sodium, which PHP brings along. Ends with 0 when the license counts.
declare(strict_types=1);

function fail(string $why): never
{
	fwrite(STDERR, "$why\n");
	exit(2);
}

function setting(string $name): string
{
	return getenv("GATEHOUSE_$name") ?: fail("GATEHOUSE_$name is missing");
}

/** What tells this machine from others. Name as many parts as you can read; two should stay when one is replaced. */
function machine(): array
{
	$cards = array_map(fn ($path) => trim(file_get_contents($path)), glob('/sys/class/net/*/address'));
	return ['uuid' => trim(file_get_contents('/etc/machine-id')), 'mac' => array_slice($cards, 0, 16)];
}

/** What is signed in an answer or a file: nothing but that is looked at. */
function opened(string $format, array $answer): array
{
	$kid = setting('KID');
	$signed = "$format\n$kid\n{$answer['payload']}";
	if ($answer['kid'] !== $kid || !sodium_crypto_sign_verify_detached(base64_decode($answer['signature']), $signed, hex2bin(setting('PUBLIC_KEY'))))
		fail("the answer isn't signed by our key");
	return json_decode($answer['payload'], true);
}

// ---- with a network

function ask(string $license_key): array
{
	$nonce = rtrim(strtr(base64_encode(random_bytes(24)), '+/', '-_'), '=');
	$body = json_encode(['client_id' => setting('CLIENT_ID'), 'license_key' => $license_key, 'fingerprint' => machine(), 'nonce' => $nonce, 'kid' => setting('KID')]);
	$reply = file_get_contents(setting('URL') . '/api/v1/validate', false, stream_context_create([
		'http' => ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $body, 'timeout' => 10, 'ignore_errors' => true],
		'ssl' => array_filter(['cafile' => getenv('GATEHOUSE_CA')]),
	]));
	$answer = json_decode((string) $reply, true);
	if (!isset($answer['payload']))
		fail('no answer: ' . ($answer['error']['code'] ?? 'unreachable'));
	$payload = opened('gatehouse-license-v1', $answer);
	if ($payload['nonce'] !== $nonce || $payload['request_hash'] !== hash('sha256', $body) || $payload['client_id'] !== setting('CLIENT_ID'))
		fail('the answer is to another question');
	return $payload;
}

// ---- without one

/** A part of a machine in the form in which it is compared. */
function compared(string $name, string $text): string
{
	$tidy = strtolower(preg_replace('/\s+/', ' ', trim($text)));
	return $name === 'mac' ? preg_replace('/[ :.-]/', '', $tidy) : $tidy;
}

/** Is this the machine that the file was made for? */
function fits(array $lock): bool
{
	$said = machine();
	$digest = fn ($name, $text) => base64_encode(substr(hash('sha256', base64_decode($lock['salt']) . "$name\0" . compared($name, $text), true), 0, 16));
	$is_here = fn ($part) => array_intersect($part['digests'], array_map(fn ($text) => $digest($part['name'], $text), (array) ($said[$part['name']] ?? []))) !== [];
	$weigh = fn ($parts) => array_sum(array_column($parts, 'weight'));
	$parts = $lock['components'];
	$fitting = array_filter($parts, $is_here);
	$needed = $weigh($parts) > 0 ? min($lock['min_matches'], count($parts)) : count($parts);
	return count($fitting) >= $needed && $weigh($fitting) * 100 >= $weigh($parts) * $lock['threshold'];
}

/** As times are written in a payload: texts that sort as they follow each other. */
function moment(int $seconds = 0): string
{
	return date_create("+$seconds seconds", timezone_open('UTC'))->format('Y-m-d\TH:i:s.v\Z');
}

function read(string $path): array
{
	$payload = opened('gatehouse-license-file-v1', json_decode(file_get_contents($path), true));
	if ($payload['client_id'] !== setting('CLIENT_ID'))
		fail("the file is another product's");
	if ($payload['file_expires_at'] <= moment() || $payload['signed_at'] > moment(300))
		fail("the file's time is over, or this machine's clock is wrong");
	if ($payload['machine'] !== null && !fits($payload['machine']))
		fail('the file is for another machine');
	return $payload;
}

$verdict = str_ends_with($argv[1], '.lic') ? read($argv[1]) : ask($argv[1]);
echo $verdict['code'], ': ', $verdict['product_name'] ?? 'no such license', ', until ', $verdict['valid_until'] ?? 'null', "\n";
exit($verdict['valid'] ? 0 : 1);
