<?php
// A request as the server tells of it.
declare(strict_types=1);

namespace Notes;

final class Request
{
    public function __construct(
        public readonly string $method,
        public readonly string $path,
        public readonly array $query,
        public readonly array $form,
        public readonly array $files,
        public readonly string $body,
        public readonly ?string $token,
    ) {
    }

    public static function fromGlobals(): self
    {
        $path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
        $given = $_SERVER['HTTP_AUTHORIZATION'] ?? $_SERVER['REDIRECT_HTTP_AUTHORIZATION'] ?? '';
        return new self(
            // What answers GET answers HEAD.
            $_SERVER['REQUEST_METHOD'] === 'HEAD' ? 'GET' : $_SERVER['REQUEST_METHOD'],
            $path,
            $_GET,
            $_POST,
            $_FILES,
            (string) file_get_contents('php://input'),
            preg_match('/^Bearer (\S+)$/', $given, $found) === 1 ? $found[1] : null,
        );
    }

    public function json(): array
    {
        $value = json_decode($this->body, true);
        return is_array($value) ? $value : [];
    }
}
