#pragma once

#include "adapters/store/database.hpp"
#include "messages/store.hpp"

#include <memory>

namespace copal::store {

/// The rows of the database as the model's nouns. Each change is one transaction, on the disk when
/// it returns; a change that changes nothing writes nothing.
class tables {
public:
  /// Prepares all statements. `corrupt`: the schema is not what its version says.
  static result<tables> of(sqlite::database& db);
  ~tables();
  tables(tables&&) noexcept;
  tables(const tables&) = delete;
  tables& operator=(const tables&) = delete;
  tables& operator=(tables&&) noexcept;

  result<row_list> rows();
  result<void> put(const image_row& row);
  result<void> drop(const image_row& row);

  /// `corrupt` also when the stored document cannot be read.
  result<stored_target> target();
  result<void> save(const target_document& doc);
  result<void> drop_target();

  result<commit_list> commits();
  result<void> save(app_id app, const std::optional<commit_id>& commit);

  result<key_list> keys();
  result<void> put(const service_key& key);

  result<hold_list> holds();
  result<void> put(const service_hold& hold);
  result<void> drop(const drop_hold& gone);

  result<downtime_list> downtimes();
  /// Of more than `most_downtimes` those that ended first go.
  result<void> put(const service_downtime& downtime);

private:
  struct statements;

  explicit tables(std::unique_ptr<statements> prepared);

  std::unique_ptr<statements> prepared_;
};

} // namespace copal::store
