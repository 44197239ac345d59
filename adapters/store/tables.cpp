#include "adapters/store/tables.hpp"

#include "adapters/store/document.hpp"

#include <algorithm>
#include <utility>

namespace copal::store {
namespace {

constexpr std::string_view select_rows =
  "SELECT name, app, uuid, service, service_name, image, release, commit_id, engine_id, ours"
  " FROM image";
// The condition keeps a row that would stay the same from being written.
constexpr std::string_view put_image =
  "INSERT INTO image (name, app, uuid, service, service_name, image, release, commit_id,"
  " engine_id, ours) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  " ON CONFLICT DO UPDATE SET engine_id = excluded.engine_id, ours = excluded.ours"
  " WHERE engine_id <> excluded.engine_id OR ours <> excluded.ours";
constexpr std::string_view drop_image =
  "DELETE FROM image WHERE name = ? AND app = ? AND uuid = ? AND service = ?"
  " AND service_name = ? AND image = ? AND release = ? AND commit_id = ?";
constexpr std::string_view select_target = "SELECT form, origin, doc, lines FROM target";
constexpr std::string_view put_target =
  "INSERT INTO target (id, form, origin, doc, lines) VALUES (1, ?, ?, ?, ?)"
  " ON CONFLICT DO UPDATE SET form = excluded.form, origin = excluded.origin,"
  " doc = excluded.doc, lines = excluded.lines"
  " WHERE form <> excluded.form OR origin <> excluded.origin"
  " OR doc <> excluded.doc OR lines <> excluded.lines";
constexpr std::string_view delete_target = "DELETE FROM target";
constexpr std::string_view select_commits = "SELECT app, commit_id FROM app_commit";
constexpr std::string_view put_commit = "INSERT INTO app_commit (app, commit_id) VALUES (?, ?)"
                                        " ON CONFLICT DO UPDATE SET commit_id = excluded.commit_id"
                                        " WHERE commit_id <> excluded.commit_id";
constexpr std::string_view delete_commit = "DELETE FROM app_commit WHERE app = ?";
constexpr std::string_view select_keys =
  "SELECT app, service, key FROM api_key ORDER BY app, service";
constexpr std::string_view put_api_key =
  "INSERT INTO api_key (app, service, key) VALUES (?, ?, ?)"
  " ON CONFLICT DO UPDATE SET key = excluded.key WHERE key <> excluded.key";

constexpr std::string_view select_service_holds =
  "SELECT app, service, running, commit_id, container, started, boot FROM service_hold"
  " ORDER BY app, service";
constexpr std::string_view put_service_hold =
  "INSERT INTO service_hold (app, service, running, commit_id, container, started, boot)"
  " VALUES (?, ?, ?, ?, ?, ?, ?)"
  " ON CONFLICT DO UPDATE SET running = excluded.running, commit_id = excluded.commit_id,"
  " container = excluded.container, started = excluded.started, boot = excluded.boot"
  " WHERE running <> excluded.running OR commit_id <> excluded.commit_id"
  " OR container <> excluded.container OR started <> excluded.started OR boot <> excluded.boot";
constexpr std::string_view drop_service_hold =
  "DELETE FROM service_hold WHERE app = ? AND service = ?";

constexpr std::string_view select_all_downtimes =
  "SELECT app, service, lasted_ms, ended FROM downtime ORDER BY app, service";
constexpr std::string_view put_service_downtime =
  "INSERT INTO downtime (app, service, lasted_ms, ended) VALUES (?, ?, ?, ?)"
  " ON CONFLICT DO UPDATE SET lasted_ms = excluded.lasted_ms, ended = excluded.ended";
constexpr std::string_view drop_oldest_downtimes =
  "DELETE FROM downtime WHERE (app, service) IN"
  " (SELECT app, service FROM downtime ORDER BY ended DESC, app, service LIMIT -1 OFFSET ?)";

// How a document's form is spelled in its row.
constexpr std::pair<dialect, std::string_view> forms[] = {
  {dialect::cloud_v3, "cloud-v3"},
  {dialect::cloud_v2, "cloud-v2"},
  {dialect::compose, "compose"},
};

std::string_view spelled(dialect form) {
  const auto* it = std::find_if(
    std::begin(forms), std::end(forms), [form](const auto& entry) { return entry.first == form; });
  return it == std::end(forms) ? "" : it->second;
}

result<dialect> form_of(std::string_view text) {
  const auto* it = std::find_if(
    std::begin(forms), std::end(forms), [text](const auto& entry) { return entry.second == text; });
  if (it == std::end(forms))
    return fail(errc::corrupt, "its form is unknown");
  return it->first;
}

image_row image_row_at(const sqlite::cursor& at) {
  return {.name = at.text(0),
    .app = {at.integer(1)},
    .uuid = {at.text(2)},
    .service = {at.integer(3)},
    .used_by = {at.text(4)},
    .image = {at.integer(5)},
    .release = {at.integer(6)},
    .commit = {at.text(7)},
    .engine_id = {at.text(8)},
    .ours = at.integer(9) != 0};
}

result<target_document> document_at(const sqlite::cursor& at) {
  const auto form = form_of(at.text(0));
  if (!form)
    return fail(form.error());
  auto doc = restore({.text = at.text(2), .lines = at.text(3)});
  if (!doc)
    return fail(std::move(doc.error()));
  return target_document{.form = *form, .origin = at.text(1), .doc = std::move(*doc)};
}

/// Calls `take` for each row.
template <class Take>
result<void> for_each_row(sqlite::statement& select, Take take) {
  auto at = select.query();
  for (;;) {
    const auto more = at.next();
    if (!more)
      return fail(more.error());
    if (!*more)
      return {};
    take(at);
  }
}

} // namespace

struct tables::statements {
  sqlite::statement select_rows, put_row, drop_row;
  sqlite::statement select_target, put_target, drop_target;
  sqlite::statement select_commits, put_commit, drop_commit;
  sqlite::statement select_keys, put_key;
  sqlite::statement select_holds, put_hold, drop_hold;
  sqlite::statement select_downtimes, put_downtime, drop_downtimes;
};

tables::tables(std::unique_ptr<statements> prepared) : prepared_(std::move(prepared)) {}
tables::~tables() = default;
tables::tables(tables&&) noexcept = default;
tables& tables::operator=(tables&&) noexcept = default;

result<tables> tables::of(sqlite::database& db) {
  std::optional<error> problem;
  const auto prepare = [&](std::string_view sql) {
    auto prepared = db.prepare(sql);
    if (prepared)
      return std::move(*prepared);
    if (!problem)
      problem = std::move(prepared.error());
    return sqlite::statement{nullptr};
  };
  auto all = std::make_unique<statements>(statements{.select_rows = prepare(select_rows),
    .put_row = prepare(put_image),
    .drop_row = prepare(drop_image),
    .select_target = prepare(select_target),
    .put_target = prepare(put_target),
    .drop_target = prepare(delete_target),
    .select_commits = prepare(select_commits),
    .put_commit = prepare(put_commit),
    .drop_commit = prepare(delete_commit),
    .select_keys = prepare(select_keys),
    .put_key = prepare(put_api_key),
    .select_holds = prepare(select_service_holds),
    .put_hold = prepare(put_service_hold),
    .drop_hold = prepare(drop_service_hold),
    .select_downtimes = prepare(select_all_downtimes),
    .put_downtime = prepare(put_service_downtime),
    .drop_downtimes = prepare(drop_oldest_downtimes)});
  if (!problem)
    return tables{std::move(all)};
  // The statements are right for the schema, so it is the schema that is not.
  if (problem->code == errc::internal)
    problem->code = errc::corrupt;
  return fail(std::move(*problem));
}

result<row_list> tables::rows() {
  row_list all;
  auto read = for_each_row(prepared_->select_rows,
    [&all](const sqlite::cursor& at) { all.items.push_back(image_row_at(at)); });
  if (!read)
    return fail(std::move(read.error()));
  std::sort(all.items.begin(), all.items.end());
  return all;
}

result<void> tables::put(const image_row& row) {
  return prepared_->put_row.run(row.name,
    row.app.value,
    row.uuid.value,
    row.service.value,
    row.used_by.value,
    row.image.value,
    row.release.value,
    row.commit.value,
    row.engine_id.value,
    row.ours);
}

result<void> tables::drop(const image_row& row) {
  return prepared_->drop_row.run(row.name,
    row.app.value,
    row.uuid.value,
    row.service.value,
    row.used_by.value,
    row.image.value,
    row.release.value,
    row.commit.value);
}

result<stored_target> tables::target() {
  auto at = prepared_->select_target.query();
  const auto there = at.next();
  if (!there)
    return fail(there.error());
  if (!*there)
    return stored_target{};
  auto doc = document_at(at);
  if (!doc)
    return fail(doc.error().with_context("the stored target"));
  return stored_target{std::move(*doc)};
}

result<void> tables::save(const target_document& doc) {
  const auto kept = keep(doc.doc);
  if (!kept)
    return fail(kept.error());
  return prepared_->put_target.run(spelled(doc.form), doc.origin, kept->text, kept->lines);
}

result<void> tables::drop_target() {
  return prepared_->drop_target.run();
}

result<commit_list> tables::commits() {
  commit_list all;
  auto read = for_each_row(prepared_->select_commits, [&all](const sqlite::cursor& at) {
    all.items.insert_or_assign(app_id{at.integer(0)}, commit_id{at.text(1)});
  });
  if (!read)
    return fail(std::move(read.error()));
  return all;
}

result<void> tables::save(app_id app, const std::optional<commit_id>& commit) {
  return commit ? prepared_->put_commit.run(app.value, commit->value)
                : prepared_->drop_commit.run(app.value);
}

result<key_list> tables::keys() {
  key_list all;
  auto read = for_each_row(prepared_->select_keys, [&all](const sqlite::cursor& at) {
    all.items.push_back({{at.integer(0)}, {at.text(1)}, secret{at.text(2)}});
  });
  if (!read)
    return fail(std::move(read.error()));
  return all;
}

result<void> tables::put(const service_key& key) {
  return prepared_->put_key.run(key.app.value, key.service.value, key.key.reveal());
}

result<hold_list> tables::holds() {
  hold_list all;
  auto read = for_each_row(prepared_->select_holds, [&all](const sqlite::cursor& at) {
    all.items.push_back({{at.integer(0)},
      {at.text(1)},
      at.integer(2) != 0,
      {at.text(3)},
      {at.text(4)},
      wall_time{std::chrono::nanoseconds{at.integer(5)}},
      at.text(6)});
  });
  if (!read)
    return fail(std::move(read.error()));
  return all;
}

result<void> tables::put(const service_hold& hold) {
  return prepared_->put_hold.run(hold.app.value,
    hold.service.value,
    std::int64_t{hold.running ? 1 : 0},
    hold.commit.value,
    hold.container.value,
    std::int64_t{hold.started.time_since_epoch().count()},
    hold.boot_id);
}

result<void> tables::drop(const store::drop_hold& gone) {
  return prepared_->drop_hold.run(gone.app.value, gone.service.value);
}

result<downtime_list> tables::downtimes() {
  downtime_list all;
  auto read = for_each_row(prepared_->select_downtimes, [&all](const sqlite::cursor& at) {
    all.items.push_back({{at.integer(0)},
      {at.text(1)},
      std::chrono::milliseconds{at.integer(2)},
      wall_time{std::chrono::nanoseconds{at.integer(3)}}});
  });
  if (!read)
    return fail(std::move(read.error()));
  return all;
}

result<void> tables::put(const service_downtime& downtime) {
  return prepared_->put_downtime
    .run(downtime.app.value,
      downtime.service.value,
      std::int64_t{downtime.lasted.count()},
      std::int64_t{downtime.ended.time_since_epoch().count()})
    .and_then([this] {
      return prepared_->drop_downtimes.run(static_cast<std::int64_t>(store::most_downtimes));
    });
}

} // namespace copal::store
