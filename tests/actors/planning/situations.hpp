#pragma once

#include "actors/planning/plan/plan.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Situations in one or two lines: what the target is, what there is, and what differs from that.
namespace copal::planning::situations {

/// What stands for the app in names of parts before the app is known.
inline constexpr std::string_view own_app = "?";

/// A service of a composition, from the image `<name>:1` unless told otherwise.
struct service {
  target_service it;

  // From a name alone, so that a composition of plain services is a list of names.
  service(const char* name);
  service& from(const std::string& image);
  service& env(const std::string& key, const std::string& text);
  service& kept_stopped();
  service& by(update_strategy strategy);
  service& after(
    const std::string& other, dependency_condition condition = dependency_condition::started);
  service& optionally();   ///< Of the last `after`: not required.
  service& restarted();    ///< Of the last `after`: with restart.
  service& checked();      ///< With a health check.
  service& port(int port); ///< Of the host, for its port 80.
  service& restart(restart_mode mode);
  service& network(const std::string& name); ///< Beside `default`, of the same app.
  service& volume(const std::string& name);  ///< Of the same app.
  service& local_api();                      ///< Joined to `supervisor0`.
  service& extra_firmware();
};

/// A device, told in the order of speech. What follows `app` is about that app; app 7 at first. The
/// uuid of app 7 is `a7`, its default network `a7_default`, its volume `data` is `7_data`. Release
/// `c2` has the number 2, and so on.
class device {
public:
  situation now;

  device();
  operator const situation&() const { return now; }

  device& app(int id);

  // The target.
  device& wants(const std::vector<service>& services, const std::string& commit = "c1");
  device& wants_no_release();
  device& cannot_run(const std::string& commit = "c2"); ///< The release was rejected.
  device& does_not_want_the_app();

  // What there is.
  device& running(const std::vector<service>& services, const std::string& commit = "c1");
  device& in_engine(const std::string& image); ///< By its name alone: no row, no facts.
  device& fetched(const std::string& image);   ///< With a row for each service that wants it.
  device& fetched_all();
  /// A row of another release, and its image.
  device& old_row(
    const std::string& image, const std::string& of_service, const std::string& commit = "c0");
  device& fetching(const std::string& image, int percent = 40);
  device& gone(const std::string& service);                    ///< Its containers.
  device& is(const std::string& service, container_state now); ///< Its container.
  device& has_exited(const std::string& service, int code);
  device& health(const std::string& service, health_state is, int failed = 0);
  device& with_older(const std::string& service); ///< A second container, created earlier.

  // Locks: by default nothing is known.
  device& looked();         ///< They are ours.
  device& looked_earlier(); ///< Nobody holds one.
  device& locked(const std::string& by);
  device& forced();

  // Steps.
  device& busy(const std::string& subject);
  device& failed(const std::string& subject, bool waiting = true);
  device& fetch_failed(const std::string& image, bool waiting = true);

  // Anything else.
  device& but(const std::function<void(situation&)>& change);
  device& container_of(const std::string& service, const std::function<void(container&)>& change);

private:
  void reach();
  app_uuid uuid() const;

  int app_ = 7;
  int containers_made_ = 0;
};

engine_image_id engine_id_of(const std::string& image);
target_app& target_of(situation& s, int app = 7);
container& container_of(situation& s, const std::string& service);
engine_network network_of(int app, const std::string& name);
engine_volume volume_of(int app, const std::string& name);

/// The plan, a line for each step and each wait: "kill web (command differs)", "wait, lock: ...".
std::string told(const plan& p);

/// One rule.
struct row {
  std::string name;
  device given;
  std::vector<std::string> plan;
};

/// Each row's plan is as told; and what must hold for every plan holds.
void check(const std::vector<row>& rows);

/// What must hold for every plan of a situation, whatever it is; empty when it does.
std::string broken_rule(const situation& s, const plan& p);

} // namespace copal::planning::situations
