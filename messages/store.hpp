#pragma once

#include "messages/model/downtime.hpp"
#include "messages/model/hold.hpp"
#include "messages/model/target.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What is kept over a restart and a power cut. Each change is on the disk before it is answered.
namespace copal::store {

struct stored {}; ///< It is on the disk.

// What the store found when it was opened, for health reports and logs.
struct load_facts {};
struct store_facts {
  std::string path;         ///< Of the database file.
  int version = 0;          ///< Of its schema, after migrations.
  bool created = false;     ///< It began empty: there was no file, or none that could be used.
  std::string set_aside_as; ///< The new name of a file that could not be used; else empty.
  std::string why;          ///< Why it was set aside; else empty.
  /// Single rows that could not be read and were dropped: where, and what was wrong.
  std::vector<std::string> dropped;
  std::string taken_over; ///< What it took from an older supervisor's database; else empty.
  /// Why it could not take anything from one that is there; else empty.
  std::string not_taken_over;

  bool operator==(const store_facts&) const = default;
};

// Image rows. Two rows are the same when all but `engine_id` and `ours` are equal.
struct load_rows {};
struct row_list {
  std::vector<image_row> items; ///< Sorted.
};
struct put_row { ///< Inserts, or replaces the same row.
  image_row row;
};
struct drop_row { ///< No such row: fine.
  image_row row;
};

// The target as it was accepted last.
struct load_target {};
struct stored_target {
  std::optional<target_document> doc; ///< Absent: no target was ever accepted.
};
struct save_target {
  target_document doc;
};

// The release that each app last ran in full.
struct load_commits {};
struct commit_list {
  std::map<app_id, commit_id> items;
};
struct save_commit {
  app_id app;
  std::optional<commit_id> commit; ///< Absent: forgets the app.
};

// Local API keys: one for the cloud (app 0, no service) and one per app and service.
struct service_key {
  app_id app;
  service_name service;
  secret key;

  bool operator==(const service_key&) const = default;
};
struct load_keys {};
struct key_list {
  std::vector<service_key> items;
};
struct put_key { ///< Inserts, or replaces the key of that app and service.
  service_key key;
};

// What was asked of services beside the target: one for each app and service.
struct load_holds {};
struct hold_list {
  std::vector<service_hold> items; ///< Sorted by app and service.
};
struct put_hold { ///< Inserts, or replaces that of the app and service.
  service_hold hold;
};
struct drop_hold { ///< No such hold: fine.
  app_id app;
  service_name service;
};

// How long services were down at their last update, of those whose last one is the most recent.
inline constexpr std::size_t most_downtimes = 256;
struct load_downtimes {};
struct downtime_list {
  std::vector<service_downtime> items; ///< Sorted by app and service; at most `most_downtimes`.
};
struct put_downtime { ///< Inserts, or replaces that of the app and service.
  service_downtime downtime;
};

template <class I>
typename I::result_type inspect(I& f, stored&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, load_facts&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, store_facts& x) {
  return f(
    x.path, x.version, x.created, x.set_aside_as, x.why, x.dropped, x.taken_over, x.not_taken_over);
}

template <class I>
typename I::result_type inspect(I& f, load_rows&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, row_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, put_row& x) {
  return f(x.row);
}

template <class I>
typename I::result_type inspect(I& f, drop_row& x) {
  return f(x.row);
}

template <class I>
typename I::result_type inspect(I& f, load_target&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, stored_target& x) {
  return f(x.doc);
}

template <class I>
typename I::result_type inspect(I& f, save_target& x) {
  return f(x.doc);
}

template <class I>
typename I::result_type inspect(I& f, load_commits&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, commit_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, save_commit& x) {
  return f(x.app, x.commit);
}

template <class I>
typename I::result_type inspect(I& f, service_key& x) {
  return f(x.app, x.service, x.key);
}

template <class I>
typename I::result_type inspect(I& f, load_keys&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, key_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, put_key& x) {
  return f(x.key);
}

template <class I>
typename I::result_type inspect(I& f, load_holds&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, hold_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, put_hold& x) {
  return f(x.hold);
}

template <class I>
typename I::result_type inspect(I& f, drop_hold& x) {
  return f(x.app, x.service);
}

template <class I>
typename I::result_type inspect(I& f, load_downtimes&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, downtime_list& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, put_downtime& x) {
  return f(x.downtime);
}

} // namespace copal::store
