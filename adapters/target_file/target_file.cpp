#include "adapters/target_file/target_file.hpp"

#include "adapters/loop/pinned.hpp"

#include <system_error>
#include <utility>

#include <sys/inotify.h>

namespace copal {

namespace {

namespace fs = std::filesystem;

target_file::origin origin_of(const target_file_config& config) {
  std::error_code failed; // without a current folder the path stays as it is, and is not found
  auto path = fs::absolute(config.path, failed);
  return {(failed ? config.path : path.lexically_normal()).string(),
    config.form,
    config.project,
    config.variables,
    config.root.lexically_normal().string()};
}

struct target_file_state {
  target_file_state() {}
  target_file_state(const target_file_state&) = delete;
  target_file_state& operator=(const target_file_state&) = delete;
  ~target_file_state() {
    if (follows)
      follows->stop();
  }

  static inline const char* name = "target_file";

  std::shared_ptr<target_file::follower> follows;
  target_file_sink_actor news;
  std::string path;
};

using self_ptr = pinned_actor<supervised_target_file_actor, target_file_state>*;

caf::result<target_file::reading> read(self_ptr self) {
  auto reply = self->make_response_promise<target_file::reading>();
  const auto taken = self->state.follows->ask(
    [reply](const target_file::reading& now) mutable { reply.deliver(now); });
  if (!taken)
    reply.deliver(to_caf({errc::exhausted, "too many wait for the target file"}));
  return reply;
}

target_file::other_found find_other(self_ptr self, const std::string& path) {
  std::error_code ignored; // what cannot be looked at is not there for us
  const bool there = fs::is_regular_file(path, ignored);
  return {there && !fs::equivalent(path, self->state.path, ignored)};
}

supervised_target_file_actor::behavior_type behaviour(self_ptr self) {
  return {
    [self](const target_file::read&) { return read(self); },
    [self](const target_file::find_other& x) { return find_other(self, x.path); },
    [self](const wake_up&) { self->state.follows->start(); },
    [](const probe&) { return alive{}; },
  };
}

} // namespace

target_file::reading target_file::read_once(const target_file_config& config) {
  return read_now(origin_of(config));
}

supervised_target_file_actor spawn_target_file(loop& where,
  target_file_config config,
  const target_file::engine_claim&,
  std::uint64_t incarnation,
  target_file_sink_actor news) {
  return spawn_on_loop<supervised_target_file_actor, target_file_state>(where,
    [&context = where.context(), config = std::move(config), incarnation, news = std::move(news)](
      self_ptr self) {
      auto& st = self->state;
      st.news = news;
      auto from = origin_of(config);
      st.path = from.path;
      // The follower is stopped before the actor goes, so it never calls a dead one.
      st.follows = std::make_shared<target_file::follower>(context.get_executor(),
        std::move(from),
        config.pauses,
        config.make_inotify == nullptr ? ::inotify_init1 : config.make_inotify,
        incarnation,
        [self](const target_file::reading& now) { self->send(self->state.news, now); });
      return behaviour(self);
    });
}

} // namespace copal
