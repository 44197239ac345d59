#include "main/explain.hpp"

#include "adapters/http/client.hpp"
#include "adapters/json/json.hpp"
#include "main/explained_text.hpp"
#include "main/local_api.hpp"
#include "main/places.hpp"
#include "main/settings.hpp"

#include <iostream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace copal {

namespace {

constexpr std::chrono::seconds deadline{10};
constexpr int is_not_at_target = 3;

/// The body of a good answer.
result<std::string> ask(const http::address& api, const secret& key) {
  boost::asio::io_context context{1};
  result<http::answer> got = fail(errc::unavailable, "no answer");
  http::client client{context.get_executor(), api, {}};
  boost::asio::co_spawn(
    context,
    [&]() -> boost::asio::awaitable<void> {
      http::request what{"GET", "/v2/explain", {}, {}};
      what.headers.emplace_back("Authorization", "Bearer " + key.reveal());
      got = co_await client.call(std::move(what), deadline);
      client.close();
    },
    [](const std::exception_ptr& failed) {
      if (failed)
        std::rethrow_exception(failed);
    });
  context.run();
  if (!got)
    return fail(std::move(got.error()));
  if (got->status != 200)
    return fail(errc::conflict,
      "it answered " + std::to_string(got->status) + ": " + got->body.substr(0, 200));
  return std::move(got->body);
}

int refuse(const std::string& why) {
  std::cerr << "copal: " << why << '\n';
  return 1;
}

} // namespace

int explain(const explain_options& options) {
  run_options as_run;
  as_run.state_dir = options.state_dir;
  const auto where =
    find_places(as_run, process_environment(), std::filesystem::exists("/mnt/root/etc/os-release"));
  const auto api = find_local_api(where.state_dir);
  if (!api)
    return refuse(api.error().what + "; name the --state-dir of a supervisor that runs");
  const auto address = http::address::parse(api->url);
  if (!address)
    return refuse(address.error().what);
  const auto body = ask(*address, api->key);
  if (!body)
    return refuse("asking the supervisor at " + api->url + ": " + body.error().what
                  + "; is `copal run` running?");
  const auto answer = json::parse(*body);
  if (!answer)
    return refuse("the supervisor's answer is not understood: " + answer.error().what);
  if (options.json)
    std::cout << *body << '\n';
  else
    std::cout << explained_text(*answer);
  return is_at_target(*answer) ? 0 : is_not_at_target;
}

} // namespace copal
