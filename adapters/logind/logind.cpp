#include "adapters/logind/logind.hpp"

#include "adapters/logind/bus_address.hpp"
#include "adapters/logind/reboot_call.hpp"
#include "adapters/loop/pinned.hpp"

#include <cstdlib>
#include <memory>
#include <utility>

namespace copal {

namespace asio = boost::asio;

namespace {

using supervised_power_actor = supervised<power_actor>;

struct logind_state {
  logind_state() {}
  logind_state(const logind_state&) = delete;
  logind_state& operator=(const logind_state&) = delete;
  ~logind_state() {
    if (last)
      last->close();
  }

  static inline const char* name = "power";

  std::shared_ptr<logind::reboot_call> last; ///< May be over; then it holds nothing.
};

using self_ptr = pinned_actor<supervised_power_actor, logind_state>*;

caf::result<power::accepted> serve(
  self_ptr self, asio::io_context& context, const logind_config& config) {
  auto& last = self->state.last;
  if (!last || last->is_over())
    last = logind::reboot_call::begin(context, config.bus, config.within);
  auto reply = self->make_response_promise<power::accepted>();
  last->hear([reply](const result<void>& outcome) mutable {
    if (outcome)
      reply.deliver(power::accepted{});
    else
      reply.deliver(to_caf(outcome.error()));
  });
  return reply;
}

} // namespace

supervised<power_actor> spawn_logind(loop& where, logind_config config) {
  config.bus = logind::bus_address(config.bus, std::getenv("DBUS_SYSTEM_BUS_ADDRESS"));
  return spawn_on_loop<supervised_power_actor, logind_state>(
    where, [&context = where.context(), config = std::move(config)](self_ptr self) {
      return supervised_power_actor::behavior_type{
        [self, &context, config](
          const power::reboot& /*what*/) { return serve(self, context, config); },
        [](const wake_up&) { /* it connects when asked */ },
        [](const probe&) { return alive{}; },
      };
    });
}

} // namespace copal
