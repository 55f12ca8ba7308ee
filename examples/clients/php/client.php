<?php
// Ask a Prakerja server for the seats of a schedule or the state of a redeem code. PHP 8, no extensions.
declare(strict_types=1);

const USAGE = "client.php HOST CLIENT_CODE SIGN_KEY (quota COURSE SCHEDULE | redeem-status CODE [SEQUENCE])\n";
const PREFIX = '/api/v1/integration/payment';

/** Path and members of the call that the words ask for, or null. */
function question(array $words): ?array
{
    $verb = array_shift($words);
    if ($verb === 'quota' && count($words) === 2) {
        return [PREFIX . '/quota-schedule', ['schedule_code' => $words[1], 'course_code' => $words[0]]];
    }
    if ($verb === 'redeem-status' && (count($words) === 1 || (count($words) === 2 && preg_match('/^[0-9]{1,9}$/D', $words[1])))) {
        return [PREFIX . '/redeem-code/status', ['redeem_code' => $words[0], 'sequence' => (int) ($words[1] ?? 1)]];
    }
    return null;
}

/** Sign exactly the text that is sent; null when no answer came. */
function ask(string $host, string $clientCode, string $signKey, string $path, array $members): ?array
{
    $body = json_encode($members);
    $timestamp = (string) time();
    $signature = hash_hmac('sha1', $clientCode . $timestamp . 'POST' . $path . $body, $signKey);
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => implode("\r\n", [
            'Content-Type: application/json',
            "client_code: $clientCode",
            "timestamp: $timestamp",
            "signature: $signature",
        ]),
        'content' => $body,
        'ignore_errors' => true,
        'timeout' => 15,
    ]]);
    $answer = @file_get_contents(rtrim($host, '/') . $path, false, $context);
    if ($answer === false) {
        return null;
    }
    return [(int) explode(' ', $http_response_header[0])[1], $answer];
}

$asked = question(array_slice($argv, 4));
if ($asked === null) {
    fwrite(STDERR, USAGE);
    exit(2);
}
$answered = ask($argv[1], $argv[2], $argv[3], ...$asked);
if ($answered === null) {
    // No refusal: what became of the call is unknown.
    fwrite(STDERR, 'no answer: ' . (error_get_last()['message'] ?? '') . "\n");
    exit(2);
}
[$status, $answer] = $answered;
echo $status, ' ', $answer, "\n";
exit($status === 200 ? 0 : 1);
