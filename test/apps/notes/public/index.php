<?php
// The front controller: every URL that is no file comes here.
declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    $file = dirname(__DIR__) . '/src/' . str_replace('\\', '/', preg_replace('/^Notes\\\\/', '', $class)) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

$request = Notes\Request::fromGlobals();
$store = new Notes\Store(getenv('NOTES_DATA') ?: ($_SERVER['NOTES_DATA'] ?? $_SERVER['REDIRECT_NOTES_DATA'] ?? ''));
(new Notes\Application($store, __DIR__ . '/uploads'))->answer($request)->send();
