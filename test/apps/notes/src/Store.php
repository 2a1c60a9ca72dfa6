<?php
// Notes in one JSON file.
declare(strict_types=1);

namespace Notes;

final class Store
{
    private readonly string $file;

    public function __construct(string $folder)
    {
        $this->file = $folder . '/notes.json';
    }

    public function all(): array
    {
        return is_file($this->file) ? json_decode((string) file_get_contents($this->file), true) : [];
    }

    public function find(int $id): ?array
    {
        return $this->all()[$id] ?? null;
    }

    public function save(?int $id, array $note): int
    {
        $notes = $this->all();
        $id ??= $notes === [] ? 1 : max(array_keys($notes)) + 1;
        $notes[$id] = ['id' => $id] + $note;
        $this->write($notes);
        return $id;
    }

    public function delete(int $id): void
    {
        $notes = $this->all();
        unset($notes[$id]);
        $this->write($notes);
    }

    private function write(array $notes): void
    {
        file_put_contents($this->file, json_encode((object) $notes), LOCK_EX);
    }
}
