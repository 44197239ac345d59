#include "adapters/store/take_over.hpp"

#include "adapters/store/older_database.hpp"

#include <set>
#include <utility>

namespace copal::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view select_stamp = "SELECT stamp FROM taken_over WHERE path = ?";
constexpr std::string_view put_stamp =
  "INSERT INTO taken_over (path, stamp) VALUES (?, ?)"
  " ON CONFLICT DO UPDATE SET stamp = excluded.stamp WHERE stamp <> excluded.stamp";

result<std::string> known_stamp(sqlite::database& db, const fs::path& older) {
  auto asked = db.prepare(select_stamp);
  if (!asked)
    return fail(std::move(asked.error()));
  auto rows = asked->query(older.string());
  const auto found = rows.next();
  if (!found)
    return fail(found.error());
  return *found ? rows.text(0) : std::string{};
}

result<void> remember(sqlite::database& db, const fs::path& older, const std::string& stamp) {
  auto change = db.prepare(put_stamp);
  if (!change)
    return fail(std::move(change.error()));
  return change->run(older.string(), stamp);
}

/// The Node supervisor gives what it fetches by digest the tag `latest` of the repository, which no
/// row of its names. These are rows for that tag, of no service; the image must be known by its id,
/// since the tag may be on another one. Source: spec/state-engine.md §6.1, "Names".
std::vector<image_row> rows_of_tags(const std::vector<image_row>& rows) {
  std::vector<image_row> out;
  std::set<std::pair<std::string, engine_image_id>> known;
  for (const auto& row : rows) {
    auto name = image_reference::parse(row.name);
    if (!name || name->digest.empty() || row.engine_id.empty())
      continue;
    name->digest.clear();
    name->tag = "latest";
    image_row tag;
    tag.name = to_string(*name);
    tag.app = row.app;
    tag.uuid = row.uuid;
    tag.engine_id = row.engine_id;
    tag.ours = true;
    if (known.emplace(tag.name, tag.engine_id).second)
      out.push_back(std::move(tag));
  }
  return out;
}

result<void> put_all(tables& into, const older_contents& what) {
  result<void> done;
  for (const auto& row : what.rows)
    done = done.and_then([&] { return into.put(row); });
  for (const auto& row : rows_of_tags(what.rows))
    done = done.and_then([&] { return into.put(row); });
  for (const auto& [app, commit] : what.commits)
    done = done.and_then([&, id = app, text = commit] { return into.save(id, text); });
  for (const auto& key : what.keys)
    done = done.and_then([&] { return into.put(key); });
  return done;
}

std::string count(std::size_t n, const char* one) {
  return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

std::string told(const fs::path& older, const older_contents& what) {
  auto out = count(what.rows.size(), "image row") + ", " + count(what.commits.size(), "commit")
             + " and " + count(what.keys.size(), "API key") + " from " + older.string();
  if (what.skipped > 0)
    out += "; " + count(what.skipped, "row") + " of it could not be read";
  return out;
}

} // namespace

result<void> take_over(opened& own, const fs::path& older) {
  auto& db = *own.db;
  const auto stamp = stamp_of_older(older);
  if (!stamp)
    return {};
  const auto known = known_stamp(db, older);
  if (!known)
    return fail(known.error());
  if (*known == *stamp)
    return {};
  const auto found =
    read_older_database(older, own.facts.path + ".older"); // where the keys are anyway
  if (!found) {
    own.facts.not_taken_over = older.string() + ": " + found.error().what;
    // Another time it may go.
    return found.error().code == errc::unavailable ? result<void>{} : remember(db, older, *stamp);
  }
  auto change = sqlite::transaction::begin(db);
  if (!change)
    return fail(std::move(change.error()));
  if (auto done = put_all(own.rows, *found)
                    .and_then([&] { return remember(db, older, *stamp); })
                    .and_then([&] { return change->commit(); });
      !done)
    return done;
  own.facts.taken_over = told(older, *found);
  return {};
}

} // namespace copal::store
