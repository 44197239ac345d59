#include "adapters/registry/registry.hpp"

#include "adapters/loop/pinned.hpp"
#include "adapters/registry/look.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace copal {

namespace asio = boost::asio;

namespace {

using supervised_registry_actor = supervised<registry_actor>;
using looks = std::shared_ptr<std::size_t>; ///< Under way; may outlive the actor.

struct registry_state {
  registry_state() {}
  registry_state(const registry_state&) = delete;
  registry_state& operator=(const registry_state&) = delete;
  ~registry_state() {
    if (with)
      with->close();
  }

  static inline const char* name = "registry";

  std::shared_ptr<curl::client> with;
  std::shared_ptr<const registry_logins> logins;
  looks under_way = std::make_shared<std::size_t>(0);
};

using self_ptr = pinned_actor<supervised_registry_actor, registry_state>*;
using promise = caf::typed_response_promise<registry::remote_image>;

asio::awaitable<void> run_look(std::shared_ptr<curl::client> with,
  std::shared_ptr<const registry_logins> logins,
  looks under_way,
  registry::look_at_image what,
  promise reply) {
  auto out = co_await registry::look(std::move(with), std::move(logins), std::move(what));
  --*under_way;
  if (out)
    reply.deliver(std::move(*out));
  else
    reply.deliver(to_caf(out.error().with_context("asking the registry")));
}

caf::result<registry::remote_image> serve(
  self_ptr self, asio::io_context& context, std::size_t most, const registry::look_at_image& what) {
  auto& st = self->state;
  if (*st.under_way >= most)
    return to_caf({errc::exhausted, "too many looks at registries at once"});
  ++*st.under_way;
  auto reply = self->make_response_promise<registry::remote_image>();
  // An exception there is a bug, or memory is used up.
  asio::co_spawn(context,
    run_look(st.with, st.logins, st.under_way, what, reply),
    [](const std::exception_ptr& e) {
      if (e)
        std::rethrow_exception(e);
    });
  return reply;
}

} // namespace

supervised<registry_actor> spawn_registry(loop& where, registry_config config) {
  return spawn_on_loop<supervised_registry_actor, registry_state>(
    where, [&context = where.context(), config = std::move(config)](self_ptr self) {
      auto& st = self->state;
      st.with = std::make_shared<curl::client>(context, config.limits);
      st.logins = std::make_shared<const registry_logins>(config.logins);
      return supervised_registry_actor::behavior_type{
        [self, &context, most = config.looks](
          const registry::look_at_image& what) { return serve(self, context, most, what); },
        [](const wake_up&) { /* it connects when asked */ },
        [](const probe&) { return alive{}; },
      };
    });
}

} // namespace copal
