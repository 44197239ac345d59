#include "tests/integration/support/private_bus.hpp"

#include "tests/integration/support/sockets.hpp"

#include <fstream>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>

namespace copal::test {

namespace {

using namespace std::chrono_literals;

/// Everybody of this machine may come, own names and call; nothing is started on demand.
std::string configuration(const std::string& address) {
  return R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>)"
         + address + R"(</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
)";
}

void require(int outcome, const char* doing) {
  if (outcome < 0)
    throw std::system_error(-outcome, std::generic_category(), doing);
}

} // namespace

result<std::unique_ptr<private_bus>> private_bus::start(const std::filesystem::path& folder) {
  std::unique_ptr<private_bus> out{new private_bus};
  out->address_ = "unix:path=" + (folder / "bus.sock").string();
  const auto config = (folder / "bus.conf").string();
  std::ofstream{config} << configuration(out->address_);
  try {
    out->daemon_ = std::make_unique<program>(std::vector<std::string>{"/usr/bin/setpriv",
      "--pdeathsig",
      "KILL",
      "--",
      "dbus-daemon",
      "--config-file=" + config,
      "--nofork",
      "--nopidfile",
      "--nosyslog",
      "--print-address"});
  } catch (const std::runtime_error& e) {
    return fail(errc::unavailable, e.what());
  }
  if (out->daemon_->wait_for(out->address_, 0, 20s))
    return out;
  std::string said;
  for (const auto& line : out->daemon_->lines())
    said += line + "; ";
  return fail(errc::unavailable, "dbus-daemon does not start: " + said);
}

/// The bus's side of it, of the one thread that serves.
struct logind_stand_in::service {
  struct close_bus {
    void operator()(sd_bus* open) const noexcept { sd_bus_close_unref(open); }
  };
  using handle = std::unique_ptr<sd_bus, close_bus>;

  static int on_call(sd_bus_message* call, void* stand_in, sd_bus_error* error) noexcept;

  handle bus;
  descriptor end{::eventfd(0, EFD_CLOEXEC)};
};

int logind_stand_in::service::on_call(
  sd_bus_message* call, void* stand_in, sd_bus_error* error) noexcept {
  if (sd_bus_message_is_method_call(call, "org.freedesktop.login1.Manager", "Reboot") <= 0)
    return 0; // the library answers that there is no such thing
  int interactive = -1;
  if (const int read = sd_bus_message_read(call, "b", &interactive); read < 0)
    return read;
  switch (static_cast<logind_stand_in*>(stand_in)->note(interactive != 0)) {
    case manner::accepts:
      return sd_bus_reply_method_return(call, "");
    case manner::refuses:
      return sd_bus_error_set_const(error, SD_BUS_ERROR_ACCESS_DENIED, "Permission denied");
    case manner::says_nothing:
      break;
  }
  return 1;
}

logind_stand_in::logind_stand_in(const private_bus& bus, manner how)
  : service_(std::make_unique<service>()),
    how_(how) {
  sd_bus* made = nullptr;
  require(sd_bus_new(&made), "making a connection");
  service_->bus.reset(made);
  require(sd_bus_set_address(made, bus.address().c_str()), "naming the bus");
  require(sd_bus_set_bus_client(made, 1), "becoming a client");
  require(sd_bus_start(made), "connecting to the bus");
  require(sd_bus_add_object(made, nullptr, "/org/freedesktop/login1", service::on_call, this),
    "offering the object");
  require(sd_bus_request_name(made, "org.freedesktop.login1", 0), "taking the name");
  server_ = std::thread{[this] { serve(); }};
}

logind_stand_in::~logind_stand_in() {
  static_cast<void>(::eventfd_write(service_->end.get(), 1));
  server_.join();
}

void logind_stand_in::serve() {
  auto* bus = service_->bus.get();
  for (;;) {
    const int more = sd_bus_process(bus, nullptr);
    if (more < 0)
      return; // the bus is gone
    if (more > 0)
      continue;
    pollfd both[] = {{sd_bus_get_fd(bus), static_cast<short>(sd_bus_get_events(bus)), 0},
      {service_->end.get(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 || both[1].revents != 0)
      return;
  }
}

logind_stand_in::manner logind_stand_in::note(bool interactive) {
  const std::lock_guard lock{guard_};
  calls_.push_back(interactive);
  accepted_ += how_ == manner::accepts ? 1 : 0;
  more_.notify_all();
  return how_;
}

void logind_stand_in::behave(manner how) {
  const std::lock_guard lock{guard_};
  how_ = how;
}

std::vector<bool> logind_stand_in::calls() {
  const std::lock_guard lock{guard_};
  return calls_;
}

std::size_t logind_stand_in::accepted() {
  const std::lock_guard hold{guard_};
  return accepted_;
}

bool logind_stand_in::wait_for_calls(std::size_t count, std::chrono::seconds limit) {
  std::unique_lock lock{guard_};
  return more_.wait_for(lock, limit, [&] { return calls_.size() >= count; });
}

} // namespace copal::test
