#pragma once

#include "adapters/store/files.hpp"
#include "adapters/store/tables.hpp"

#include <filesystem>
#include <memory>

namespace copal::store {

/// An open store. Members end in reverse order: statements, connection, lock.
struct opened {
  file_lock lock;
  std::unique_ptr<sqlite::database> db;
  tables rows;
  store_facts facts;
};

/// Opens the store at this path, checks it and brings it to the newest schema. A file that cannot
/// be used (damaged, of a newer build, not ours) is set aside and an empty one begun; `facts`
/// tells. Errors: `unavailable` (in use by another process, no permission, I/O), `exhausted` (disk
/// full).
result<opened> open_store(const std::filesystem::path& path);

} // namespace copal::store
