// What the OS is told in config.json.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"

namespace copal::conductor_parts {

void name_firmware_volume(self_ptr self, const step& s, const std::string& name) {
  const auto subject = subject_of(s);
  const std::string action{name_of(s.action)};
  self->request(self->state.links.host, deadlines::locks, host::set_firmware_volume{name})
    .then(
      [self, subject, action](host::os_settings& now) {
        self->state.now.os = std::move(now);
        step_succeeded(self, subject, action);
      },
      [self, subject, action](const caf::error& why) { step_failed(self, subject, action, why); });
}

} // namespace copal::conductor_parts
