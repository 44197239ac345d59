#include "adapters/engine/engine.hpp"

#include "adapters/engine/codec.hpp"
#include "adapters/engine/registry_login.hpp"
#include "adapters/engine/session.hpp"
#include "adapters/engine/streams.hpp"
#include "adapters/loop/pinned.hpp"

#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace copal {

namespace asio = boost::asio;
namespace wire = engine_wire;

namespace {

struct engine_state {
  engine_state() {}
  engine_state(const engine_state&) = delete;
  engine_state& operator=(const engine_state&) = delete;
  ~engine_state() {
    if (with)
      with->close();
  }

  static inline const char* name = "engine";

  std::shared_ptr<wire::session> with;
  event_sink_actor events;
  pull_sink_actor pulls;
  registry_logins logins;
  std::shared_ptr<wire::watch> watch; ///< The present one; null before the first.
  std::vector<std::weak_ptr<wire::running_pull>> pulling;
};

using self_ptr = pinned_actor<supervised_engine_actor, engine_state>*;

/// Runs a coroutine to its end. An exception there is a bug, or memory is used up.
void begin(const std::shared_ptr<wire::session>& with, asio::awaitable<void> what) {
  asio::co_spawn(with->executor(), std::move(what), [](const std::exception_ptr& e) {
    if (e)
      std::rethrow_exception(e);
  });
}

template <class Reply>
using reader = std::function<result<Reply>(std::string_view)>;

template <class Reply>
asio::awaitable<void> run_call(std::shared_ptr<wire::session> with,
  wire::call what,
  std::chrono::milliseconds within,
  reader<Reply> read,
  caf::typed_response_promise<Reply> reply) {
  // NOLINTNEXTLINE(bugprone-use-after-move): what was moved is the argument, into the coroutine.
  const auto op = what.op;
  auto body = co_await with->exchange(std::move(what), within);
  auto out = body ? read(*body) : fail(std::move(body.error()));
  if (out)
    reply.deliver(std::move(*out));
  else
    reply.deliver(to_caf(body ? out.error().with_context(wire::doing(op)) : out.error()));
}

template <class Reply>
caf::result<Reply> serve(
  self_ptr self, result<wire::call> what, std::chrono::milliseconds within, reader<Reply> read) {
  if (!what)
    return to_caf(what.error());
  auto reply = self->template make_response_promise<Reply>();
  const auto& with = self->state.with;
  begin(with, run_call<Reply>(with, std::move(*what), within, std::move(read), reply));
  return reply;
}

/// The handler of a message that is one call.
template <class Message, class Reply>
auto handler(self_ptr self, std::chrono::milliseconds within, reader<Reply> read) {
  return [self, within, read](const Message& x) -> caf::result<Reply> {
    return serve<Reply>(self, wire::call_for(x), within, read);
  };
}

result<engine::done> no_content(std::string_view) {
  return engine::done{};
}

/// Of one whose answer has no content that matters.
template <class Message>
auto handler(self_ptr self, std::chrono::milliseconds within) {
  return handler<Message, engine::done>(self, within, no_content);
}

/// Of one whose answer is a list.
template <class Message, class Reply, class Item>
auto list_handler(self_ptr self, result<std::vector<Item>> (*read)(std::string_view)) {
  return handler<Message, Reply>(
    self, self->state.with->deadlines().look, [read](std::string_view body) -> result<Reply> {
      auto items = read(body);
      if (!items)
        return fail(std::move(items.error()));
      return Reply{std::move(*items)};
    });
}

caf::result<engine::done> serve_volume(self_ptr self, const engine::create_volume& x) {
  return serve<engine::done>(self,
    wire::call_for(x),
    self->state.with->deadlines().change,
    [x](std::string_view body) -> result<engine::done> {
      const auto there = wire::read_volume(body);
      if (!there)
        return fail(there.error());
      if (auto why = wire::judge_volume(x, *there))
        return fail(std::move(*why));
      return engine::done{};
    });
}

caf::result<engine::traits> serve_traits(self_ptr self) {
  const auto& with = self->state.with;
  return serve<engine::traits>(self,
    wire::call_for(engine::get_traits{}),
    with->deadlines().look,
    [with](std::string_view body) {
      auto out = wire::read_traits(body);
      if (out)
        out->lacks.merge(with->lacks());
      return out;
    });
}

caf::result<engine::done> serve_stop(self_ptr self, const engine::stop_container& x) {
  return serve<engine::done>(
    self, wire::call_for(x), x.grace + self->state.with->deadlines().beyond_grace, no_content);
}

caf::result<engine::done> serve_pull(self_ptr self, const engine::pull_image& x) {
  auto what = wire::call_for(x);
  if (!what)
    return to_caf(what.error());
  auto& st = self->state;
  if (what->authorization.empty()) {
    auto login = wire::authorization_for(st.logins, x.name);
    if (!login)
      return to_caf(login.error());
    what->authorization = std::move(*login);
  }
  auto reply = self->make_response_promise<engine::done>();
  const auto me = std::make_shared<wire::running_pull>();
  me->name = x.name;
  std::erase_if(st.pulling, [](const auto& pull) { return pull.expired(); });
  st.pulling.push_back(me);
  begin(st.with, wire::run_pull(st.with, me, std::move(*what), x.name, st.pulls, reply));
  return reply;
}

engine::done serve_end_pulls(self_ptr self, const engine::end_pulls& x) {
  for (const auto& pull : self->state.pulling) {
    if (const auto running = pull.lock(); running && (x.name.empty() || x.name == running->name))
      running->end();
  }
  return {};
}

caf::result<engine::watching> serve_watch(self_ptr self, const engine::watch_events& x) {
  auto& st = self->state;
  if (st.watch)
    st.watch->replace();
  st.watch = std::make_shared<wire::watch>();
  st.watch->id = x.watch;
  auto reply = self->make_response_promise<engine::watching>();
  begin(st.with, wire::run_watch(self, st.with, st.watch, st.events, reply));
  return reply;
}

supervised_engine_actor::behavior_type behaviour(self_ptr self) {
  const auto& within = self->state.with->deadlines();
  return {
    [self](const engine::watch_events& x) { return serve_watch(self, x); },
    list_handler<engine::list_containers, engine::container_list>(self, wire::read_containers),
    handler<engine::inspect_container, container>(self, within.look, wire::read_container),
    list_handler<engine::list_networks, engine::network_list>(self, wire::read_networks),
    list_handler<engine::list_volumes, engine::volume_list>(self, wire::read_volumes),
    list_handler<engine::list_images, engine::image_list>(self, wire::read_images),
    handler<engine::inspect_image, engine::image_details>(self, within.look, wire::read_image),
    [self](const engine::get_traits&) { return serve_traits(self); },
    [self](const engine::pull_image& x) { return serve_pull(self, x); },
    [self](const engine::end_pulls& x) { return serve_end_pulls(self, x); },
    handler<engine::remove_image>(self, within.removal),
    handler<engine::create_container, container_id>(self, within.change, wire::read_created),
    handler<engine::connect_network>(self, within.change),
    handler<engine::start_container>(self, within.change),
    [self](const engine::stop_container& x) { return serve_stop(self, x); },
    handler<engine::remove_container>(self, within.removal),
    handler<engine::rename_container>(self, within.change),
    handler<engine::set_restart_policy>(self, within.change),
    handler<engine::create_network>(self, within.change),
    handler<engine::remove_network>(self, within.change),
    [self](const engine::create_volume& x) { return serve_volume(self, x); },
    handler<engine::remove_volume>(self, within.removal),
    [](const wake_up&) { /* it connects when asked */ },
    [](const probe&) { return alive{}; },
  };
}

} // namespace

supervised_engine_actor spawn_engine(
  loop& where, engine_config config, event_sink_actor events, pull_sink_actor pulls) {
  return spawn_on_loop<supervised_engine_actor, engine_state>(where,
    [&context = where.context(),
      config = std::move(config),
      events = std::move(events),
      pulls = std::move(pulls)](self_ptr self) {
      auto& st = self->state;
      st.with = std::make_shared<wire::session>(context.get_executor(), config);
      st.logins = config.logins;
      st.events = events;
      st.pulls = pulls;
      return behaviour(self);
    });
}

} // namespace copal
