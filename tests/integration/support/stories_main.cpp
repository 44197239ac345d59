// Runs the stories: the built program against a real engine.

#define DOCTEST_CONFIG_IMPLEMENT

#include "tests/integration/support/failures.hpp"
#include "tests/integration/support/suite.hpp"

#include <cstdlib>
#include <iostream>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

real_engine* shared = nullptr;
bool failed = false;

/// What `tools/test` reads of a runner that cannot run.
int skip(const std::string& why) {
  constexpr int skipped = 77;
  std::cout << "no engine can be started here: " << why << '\n'
            << "[integration] test cases: 1 | 0 passed | 0 failed | 1 skipped\n";
  return skipped;
}

/// Notes failures as they happen, so that a device can show its log when it goes.
struct failure_listener : doctest::IReporter {
  explicit failure_listener(const doctest::ContextOptions& /*options*/) {}
  void test_case_start(const doctest::TestCaseData& /*of*/) override { failed = false; }
  void log_assert(const doctest::AssertData& x) override { failed = failed || x.m_failed; }
  void test_case_exception(const doctest::TestCaseException& /*x*/) override { failed = true; }

  void report_query(const doctest::QueryData& /*x*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& /*x*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*x*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*x*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*x*/) override {}
  void subcase_end() override {}
  void log_message(const doctest::MessageData& /*x*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*x*/) override {}
};

REGISTER_LISTENER("failures", 1, failure_listener);

} // namespace

bool something_failed() {
  return failed;
}

real_engine& shared_engine() {
  return *shared;
}

} // namespace copal::test

int main(int argc, char** argv) {
  using namespace copal;
  auto engine = test::real_engine::start();
  const char* ci = std::getenv("CI");
  if (!engine && (ci == nullptr || std::string{ci} != "true"))
    return test::skip(engine.error().what);
  if (!engine) {
    std::cerr << "no engine: " << engine.error().what << '\n';
    return 1;
  }
  test::shared = engine->get();
  doctest::Context context{argc, argv};
  context.setOption("duration", true);
  context.applyCommandLine(argc, argv);
  return context.run();
}
