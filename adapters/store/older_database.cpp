#include "adapters/store/older_database.hpp"

#include "adapters/store/database.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>

#include <sys/stat.h>

namespace copal::store {
namespace {

namespace fs = std::filesystem;

/// The two kinds of logs; one that is empty says nothing.
constexpr std::string_view logs[] = {"-wal", "-journal"};

fs::path beside(const fs::path& path, std::string_view ending) {
  return path.string() + std::string{ending};
}

bool has_content(const fs::path& path) {
  std::error_code missing;
  const auto size = fs::file_size(path, missing);
  return !missing && size > 0;
}

std::string stamp_of_file(const fs::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return "none";
  return std::to_string(facts.st_size) + '@' + std::to_string(facts.st_mtim.tv_sec) + '.'
         + std::to_string(facts.st_mtim.tv_nsec);
}

result<void> check_size(const fs::path& path) {
  std::uintmax_t size = 0;
  std::error_code missing;
  for (const auto& part : {path, beside(path, logs[0]), beside(path, logs[1])}) {
    if (const auto more = fs::file_size(part, missing); !missing)
      size += more;
  }
  if (size > largest_older_database)
    return fail(errc::exhausted,
      "it has " + std::to_string(size) + " bytes; expected at most "
        + std::to_string(largest_older_database));
  return {};
}

/// A folder that is gone at the end.
struct scratch_folder {
  fs::path path;

  explicit scratch_folder(fs::path at) : path(std::move(at)) { clear(); }
  ~scratch_folder() { clear(); }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  void clear() const {
    std::error_code ignored; // what is left of it is cleared the next time
    fs::remove_all(path, ignored);
  }
};

/// Copies the file and its logs. A change meanwhile means that somebody uses it.
result<fs::path> copy_of(const fs::path& path, const fs::path& folder) {
  const auto before = stamp_of_older(path);
  std::error_code problem;
  fs::create_directory(folder, problem);
  fs::permissions(folder, fs::perms::owner_all, problem); // it holds keys
  const auto copy = folder / "database.sqlite";
  if (!problem)
    fs::copy_file(path, copy, fs::copy_options::overwrite_existing, problem);
  for (const auto log : logs) {
    if (!problem && has_content(beside(path, log)))
      fs::copy_file(
        beside(path, log), beside(copy, log), fs::copy_options::overwrite_existing, problem);
  }
  if (problem)
    return fail(errc::unavailable, "copying it to " + folder.string() + ": " + problem.message());
  if (stamp_of_older(path) != before)
    return fail(errc::unavailable, "it changes: another process uses it");
  return copy;
}

/// The columns of a table; none when there is no such table.
result<std::set<std::string>> columns_of(sqlite::database& db, std::string_view table) {
  auto asked = db.prepare("SELECT info.name FROM sqlite_schema AS s JOIN pragma_table_info(s.name)"
                          " AS info WHERE s.type = 'table' AND s.name = ?");
  if (!asked)
    return fail(std::move(asked.error()));
  std::set<std::string> out;
  auto rows = asked->query(table);
  for (;;) {
    const auto more = rows.next();
    if (!more)
      return fail(more.error());
    if (!*more)
      return out;
    out.insert(rows.text(0));
  }
}

/// A table and the columns that are wanted of it, in this order. Older supervisors have fewer.
template <std::size_t N>
struct wanted_table {
  std::string_view name;
  std::array<std::string_view, N> columns;
  std::size_t needed; ///< So many of them, from the first, must be there.
};

constexpr wanted_table<9> image_table{"image",
  {"name",
    "appId",
    "serviceName",
    "appUuid",
    "serviceId",
    "imageId",
    "releaseId",
    "commit",
    "dockerImageId"},
  3};
constexpr wanted_table<2> commit_table{"currentCommit", {"appId", "commit"}, 2};
constexpr wanted_table<3> key_table{"apiSecret", {"key", "appId", "serviceName"}, 3};

/// The question for a table; empty when it is not there or lacks what is needed.
template <std::size_t N>
result<std::string> question_for(sqlite::database& db, const wanted_table<N>& table) {
  const auto there = columns_of(db, table.name);
  if (!there)
    return fail(there.error());
  std::string out = "SELECT ";
  for (std::size_t i = 0; i < N; ++i) {
    const std::string column{table.columns[i]};
    const auto known = there->contains(column);
    if (!known && i < table.needed)
      return std::string{};
    out += (i == 0 ? "" : ", ") + (known ? '"' + column + '"' : "NULL");
  }
  return out + " FROM \"" + std::string{table.name} + '"';
}

bool is_plain(const std::string& text) {
  return text.size() <= longest_older_field
         && std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; });
}

/// Calls `take` for each row; false from it, or a text that is too long or not one line: skipped.
template <std::size_t N, class Take>
result<void> read_table(
  sqlite::database& db, const wanted_table<N>& table, std::size_t& skipped, Take take) {
  const auto question = question_for(db, table);
  if (!question || question->empty())
    return question.map([](const std::string&) {});
  auto asked = db.prepare(*question);
  if (!asked)
    return fail(std::move(asked.error()));
  auto rows = asked->query();
  for (std::size_t count = 0;; ++count) {
    const auto more = rows.next();
    if (!more)
      return fail(more.error());
    if (!*more)
      return {};
    if (count == most_older_rows)
      return fail(errc::exhausted,
        "table " + std::string{table.name} + " has more than " + std::to_string(most_older_rows)
          + " rows");
    bool good = true;
    for (int i = 0; i < static_cast<int>(N); ++i)
      good = good && is_plain(rows.text(i));
    if (!good || !take(rows))
      ++skipped;
  }
}

result<older_contents> read_all(sqlite::database& db) {
  const auto columns = columns_of(db, image_table.name);
  if (!columns)
    return fail(columns.error());
  for (std::size_t i = 0; i < image_table.needed; ++i) {
    if (!columns->contains(std::string{image_table.columns[i]}))
      return fail(errc::conflict,
        "it has no table image with a column " + std::string{image_table.columns[i]}
          + "; expected the database of a balena supervisor, version 7 to 19");
  }
  older_contents out;
  auto read = read_table(db, image_table, out.skipped, [&out](const sqlite::cursor& at) {
    image_row row{.name = at.text(0),
      .app = {at.integer(1)},
      .uuid = {at.text(3)},
      .service = {at.integer(4)},
      .used_by = {at.text(2)},
      .image = {at.integer(5)},
      .release = {at.integer(6)},
      .commit = {at.text(7)},
      .engine_id = {at.text(8)},
      .ours = true};
    const auto name = image_reference::parse(row.name);
    if (!name || row.app.value <= 0)
      return false;
    row.name = to_string(*name);
    out.rows.push_back(std::move(row));
    return true;
  });
  if (read)
    read = read_table(db, commit_table, out.skipped, [&out](const sqlite::cursor& at) {
      if (at.integer(0) <= 0 || at.text(1).empty())
        return false;
      out.commits[{at.integer(0)}] = commit_id{at.text(1)};
      return true;
    });
  if (read)
    read = read_table(db, key_table, out.skipped, [&out](const sqlite::cursor& at) {
      const store::service_key one{{at.integer(1)}, {at.text(2)}, secret{at.text(0)}};
      const bool is_global = one.app.value == 0 && one.service.empty();
      if (at.text(0).empty() || (!is_global && (one.app.value <= 0 || one.service.empty())))
        return false;
      out.keys.push_back(one);
      return true;
    });
  if (!read)
    return fail(std::move(read.error()));
  return out;
}

result<older_contents> read_from(result<sqlite::database> opened) {
  if (!opened)
    return fail(std::move(opened.error()));
  // Its pages are checked before their content is believed; nothing is written, not even here.
  const auto sound = opened
                       ->execute("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                                 " PRAGMA query_only = ON; PRAGMA mmap_size = 0;")
                       .and_then([&] { return opened->text_of("PRAGMA quick_check(1)"); });
  if (!sound)
    return fail(sound.error());
  if (*sound != "ok")
    return fail(errc::corrupt, sound->value_or("the check gave no answer"));
  return read_all(*opened);
}

} // namespace

std::optional<std::string> stamp_of_older(const fs::path& path) {
  std::error_code problem;
  if (!fs::is_regular_file(path, problem))
    return std::nullopt;
  auto out = stamp_of_file(path);
  for (const auto log : logs)
    out += ' ' + stamp_of_file(beside(path, log));
  return out;
}

result<older_contents> read_older_database(const fs::path& path, const fs::path& scratch) {
  if (!stamp_of_older(path))
    return fail(errc::not_found, "there is no such file");
  if (auto fits = check_size(path); !fits)
    return fail(std::move(fits.error()));
  const scratch_folder folder{scratch};
  if (has_content(beside(path, logs[0])) || has_content(beside(path, logs[1]))) {
    const auto copy = copy_of(path, folder.path);
    return copy ? read_from(sqlite::database::open(copy->string())) : fail(copy.error());
  }
  return read_from(sqlite::database::open_to_read(path.string()));
}

} // namespace copal::store
