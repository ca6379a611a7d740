<?php // PAYFEED_WEBHOOK_SECRET=whsec_… php -S localhost:8000 receiver.php
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$time = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$body = file_get_contents('php://input');
$secret = getenv('PAYFEED_WEBHOOK_SECRET') ?: throw new Exception('No secret is set');
$key = base64_decode(substr($secret, strlen('whsec_')));
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
$isSigned = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
    $isSigned = $isSigned || hash_equals($expected, $signature);
}
$event = json_decode($body, true);
$payment = $event['payment'] ?? ['direction' => '', 'status' => ''];
if (!$isSigned || abs(time() - (int) $time) > 300) {
    http_response_code(400);
} elseif ([$payment['direction'], $payment['status']] === ['in', 'confirmed']) {
    $shop = new PDO('sqlite:shop.sqlite');
    $columns = 'id PRIMARY KEY, payment_hash, amount NUMERIC';
    $shop->exec("CREATE TABLE IF NOT EXISTS paid ($columns)");
    $insert = $shop->prepare('INSERT OR IGNORE INTO paid VALUES (?, ?, ?)');
    $insert->execute([$id, $payment['payment_hash'], $payment['amount']]);
} elseif ($event['type'] === 'gap') {
    error_log("Check the wallet: events after {$event['since']} are lost");
}
