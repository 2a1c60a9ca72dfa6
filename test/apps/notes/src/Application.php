<?php
// The routes and what they do.
declare(strict_types=1);

namespace Notes;

final class Application
{
    private const USER = 'anna';
    private const PASSWORD = 'correct horse';
    private const TOKEN = 'let-me-in';

    public function __construct(private readonly Store $store, private readonly string $uploads)
    {
    }

    public function answer(Request $request): Response
    {
        $routes = [
            'GET /' => $this->list(...),
            'GET /login' => $this->loginForm(...),
            'POST /login' => $this->login(...),
            'POST /logout' => $this->logout(...),
            'GET /notes/(\d+)' => $this->show(...),
            'POST /notes' => $this->create(...),
            'GET /api/notes' => fn (): Response => Response::json(array_values($this->store->all())),
            'GET /api/notes/(\d+)' => $this->read(...),
            'POST /api/notes' => $this->createByApi(...),
            'PUT /api/notes/(\d+)' => $this->replaceByApi(...),
            'DELETE /api/notes/(\d+)' => $this->deleteByApi(...),
            'GET /api/echo/(.*)' => $this->tell(...),
        ];
        foreach ($routes as $route => $action) {
            if (preg_match("#^$route$#u", "$request->method $request->path", $found) === 1) {
                return $action($request, ...array_slice($found, 1));
            }
        }
        return $this->page('Not here', "<p>There is nothing at <code>{$this->text($request->path)}</code>.</p>", 404);
    }

    private function text(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE);
    }

    private function page(string $title, string $body, int $status = 200): Response
    {
        $head = "<title>{$this->text($title)}</title><link rel=stylesheet href=/assets/style.css>";
        return new Response("<!doctype html><meta charset=utf-8>$head<h1>{$this->text($title)}</h1>$body", $status);
    }

    private function user(): ?string
    {
        if (session_status() !== PHP_SESSION_ACTIVE) {
            session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax']);
        }
        return $_SESSION['user'] ?? null;
    }

    private function list(): Response
    {
        $user = $this->user();
        $items = '';
        foreach ($this->store->all() as $id => $note) {
            $items .= "<li><a href=/notes/$id>{$this->text($note['title'])}</a>";
        }
        $form = $user === null
            ? '<p><a id=login href=/login>Log in</a> to write.</p>'
            : "<p id=user>{$this->text($user)}</p><form id=write method=post action=/notes enctype=multipart/form-data>
               <input name=title><textarea name=text></textarea><input type=file name=picture><button>Save</button></form>
               <form id=leave method=post action=/logout><button>Log out</button></form>";
        return $this->page('Notes', "<ul>$items</ul>$form");
    }

    private function loginForm(): Response
    {
        return $this->page('Log in', '<form method=post><input name=user><input name=password type=password><button>Go</button></form>');
    }

    private function login(Request $request): Response
    {
        $isRight = ($request->form['user'] ?? '') === self::USER
            && hash_equals(self::PASSWORD, $request->form['password'] ?? '');
        if (!$isRight) {
            return $this->page('Log in', '<p id=wrong>That is not right.</p>', 403);
        }
        $this->user();
        session_regenerate_id(true);
        $_SESSION['user'] = self::USER;
        return Response::redirect('/');
    }

    private function logout(): Response
    {
        $this->user();
        session_destroy();
        return Response::redirect('/');
    }

    private function show(Request $request, string $id): Response
    {
        $note = $this->store->find((int) $id);
        if ($note === null) {
            return $this->page('Not here', '<p>No such note.</p>', 404);
        }
        $picture = isset($note['picture']) ? "<img src=\"/uploads/{$this->text($note['picture'])}\">" : '';
        return $this->page($note['title'], "<p id=text>{$this->text($note['text'])}</p>$picture");
    }

    private function create(Request $request): Response
    {
        if ($this->user() === null) {
            return Response::redirect('/login');
        }
        $note = ['title' => $request->form['title'] ?? '', 'text' => $request->form['text'] ?? ''];
        $picture = $this->keepPicture($request->files['picture'] ?? null);
        return Response::redirect('/notes/' . $this->store->save(null, $note + ($picture === null ? [] : ['picture' => $picture])));
    }

    private function keepPicture(?array $file): ?string
    {
        if ($file === null || $file['error'] !== UPLOAD_ERR_OK) {
            return null;
        }
        $name = preg_replace('/[^A-Za-z0-9.-]/', '_', basename($file['name']));
        move_uploaded_file($file['tmp_name'], "$this->uploads/$name");
        return $name;
    }

    private function read(Request $request, string $id): Response
    {
        $note = $this->store->find((int) $id);
        return $note === null ? Response::json(['error' => 'no such note'], 404) : Response::json($note);
    }

    private function mayUseApi(Request $request): bool
    {
        return $request->token !== null && hash_equals(self::TOKEN, $request->token);
    }

    private function createByApi(Request $request): Response
    {
        if (!$this->mayUseApi($request)) {
            return Response::json(['error' => 'who are you?'], 401);
        }
        $sent = $request->json();
        $id = $this->store->save(null, ['title' => $sent['title'] ?? '', 'text' => $sent['text'] ?? '']);
        return Response::json($this->store->find($id), 201);
    }

    private function replaceByApi(Request $request, string $id): Response
    {
        if (!$this->mayUseApi($request)) {
            return Response::json(['error' => 'who are you?'], 401);
        }
        $this->store->save((int) $id, $request->json());
        return Response::json($this->store->find((int) $id));
    }

    private function deleteByApi(Request $request, string $id): Response
    {
        if (!$this->mayUseApi($request)) {
            return Response::json(['error' => 'who are you?'], 401);
        }
        $this->store->delete((int) $id);
        return new Response('', 204, []);
    }

    private function tell(Request $request, string $word): Response
    {
        $length = strlen($request->body);
        return Response::json(['word' => $word, 'query' => $request->query, 'length' => $length]);
    }
}
