#include "adapters/web/web.hpp"

#include "adapters/loop/ask.hpp"
#include "adapters/loop/pinned.hpp"
#include "adapters/web/server.hpp"

#include <utility>

namespace copal {

namespace {

using supervised_web_actor = supervised<web_actor>;

struct web_state {
  web_state() {}
  web_state(const web_state&) = delete;
  web_state& operator=(const web_state&) = delete;
  ~web_state() {
    if (with)
      with->close();
  }

  static inline const char* name = "web";

  std::shared_ptr<web::server> with;
  bool listening = false;
};

using self_ptr = pinned_actor<supervised_web_actor, web_state>*;

void begin(self_ptr self) {
  auto& st = self->state;
  if (std::exchange(st.listening, true))
    return;
  if (auto opened = st.with->listen(); !opened)
    self->quit(to_caf(opened.error()));
}

/// Puts questions to `api` in the edge's name.
web::question asker(self_ptr self, const api_actor& whom, std::chrono::milliseconds within) {
  return [self, whom, within](
           api::request what) { return ask<api::reply>(self, whom, within, std::move(what)); };
}

} // namespace

supervised<web_actor> spawn_web(loop& where, web_config config, api_actor api) {
  return spawn_on_loop<supervised_web_actor, web_state>(where,
    [&context = where.context(), config = std::move(config), api = std::move(api)](self_ptr self) {
      auto& st = self->state;
      const auto within = config.limits.question;
      st.with =
        std::make_shared<web::server>(context.get_executor(), config, asker(self, api, within));
      return supervised_web_actor::behavior_type{
        [self](const api::changed& news) { self->state.with->kept().drop_older(news.now); },
        [self](const api::get_listening&) { return api::listening{self->state.with->addresses()}; },
        [self](const wake_up&) { begin(self); },
        [](const probe&) { return alive{}; },
      };
    });
}

} // namespace copal
