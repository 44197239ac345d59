#pragma once

#include "adapters/store/store.hpp"
#include "tests/support/live_system.hpp"

#include <filesystem>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace copal::test {

/// A store as the product runs it, on a thread of its own; closed in order at the end of its life.
class running_store {
public:
  explicit running_store(const std::filesystem::path& path, const std::filesystem::path& older = {})
    : handle_(spawn_store(*system_, {path, older})) {}
  ~running_store() { stop(); }
  running_store(const running_store&) = delete;
  running_store& operator=(const running_store&) = delete;

  template <class Answer, class Message>
  result<Answer> ask(Message message) {
    return test::ask<Answer>(*system_, handle_, std::move(message));
  }
  template <class Message>
  result<store::stored> change(Message message) {
    return ask<store::stored>(std::move(message));
  }
  std::vector<image_row> rows() { return ask<store::row_list>(store::load_rows{}).value().items; }
  store::store_facts facts() { return ask<store::store_facts>(store::load_facts{}).value(); }
  /// Why it ended; it must be about to.
  result<error> end() { return end_of(*system_, handle_); }
  void stop() {
    caf::anon_send_exit(handle_, caf::exit_reason::user_shutdown);
    static_cast<void>(end());
  }

private:
  live_system system_;
  supervised<store_actor> handle_;
};

} // namespace copal::test
