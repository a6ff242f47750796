#include "invoker/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using Clock = Admission::Clock;

class AdmissionTest : public testing::Test {
 protected:
  FunctionSpec Function(const std::string& name, const std::string& tenant = kDefaultTenant) {
    FunctionSpec spec{.name = name};
    spec.version = 1;
    spec.tenant = tenant;
    return spec;
  }
  // Empty if it was admitted, else the outcome.
  std::string Admit(const FunctionSpec& spec) {
    auto answer = admission_.Admit(spec, now_);
    if (auto* refusal = std::get_if<Admission::Refusal>(&answer)) {
      last_ = refusal->error;
      return std::string(OutcomeName(refusal->outcome));
    }
    places_.push_back(std::move(std::get<Admission::Place>(answer)));
    return "";
  }

  Admission admission_;
  Clock::time_point now_{1h};
  std::vector<Admission::Place> places_;
  InvocationError last_;
};

TEST_F(AdmissionTest, WithoutBoundsAllAreAdmitted) {
  for (int i = 0; i < 10000; ++i) EXPECT_EQ(Admit(Function("f")), "");
  EXPECT_EQ(admission_.InFlight(kDefaultTenant), 10000u);
  places_.clear();
  EXPECT_EQ(admission_.InFlight(kDefaultTenant), 0u);
}

TEST_F(AdmissionTest, ScalingMaxConcurrencyCountsInvocationsAtATime) {
  FunctionSpec spec = Function("f");
  spec.scaling.max_concurrency = 2;
  EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "concurrency_exceeded");
  EXPECT_EQ(last_.message, "function \"f\" has 2 invocations under way, which is scaling.max_concurrency");
  EXPECT_EQ(last_.limit->name, "scaling.max_concurrency");
  places_.pop_back();
  EXPECT_EQ(Admit(spec), "");
}

TEST_F(AdmissionTest, ScalingRateHasABurstAndRefills) {
  FunctionSpec spec = Function("f");
  spec.scaling.rate = 10;
  spec.scaling.burst = 3;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "rate_exceeded");
  EXPECT_EQ(last_.limit->name, "scaling.rate");
  now_ += 99ms;
  EXPECT_EQ(Admit(spec), "rate_exceeded") << "refusals take no token";
  now_ += 1ms;
  EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "rate_exceeded");
  now_ += 1h;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "rate_exceeded") << "never more than the burst";
}

TEST_F(AdmissionTest, TheBurstIsOneSecondsUnlessSaid) {
  FunctionSpec spec = Function("f");
  spec.scaling.rate = 5;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "rate_exceeded");
}

TEST_F(AdmissionTest, ATenantsBudgetIsForAllItsFunctionsAndForNobodyElses) {
  admission_.SetBudget("acme", {.max_concurrency = 2, .rate = 100});
  EXPECT_EQ(Admit(Function("a", "acme")), "");
  EXPECT_EQ(Admit(Function("b", "acme")), "");
  EXPECT_EQ(Admit(Function("c", "acme")), "concurrency_exceeded");
  EXPECT_EQ(last_.limit->name, "tenants.acme.scaling.max_concurrency");
  EXPECT_EQ(Admit(Function("d", "other")), "");
  EXPECT_EQ(Admit(Function("e")), "");
}

TEST_F(AdmissionTest, ATenantsTokenIsNotTakenForWhatItsFunctionRefuses) {
  admission_.SetBudget("acme", {.rate = 2});
  FunctionSpec full = Function("full", "acme");
  full.scaling.max_concurrency = 1;
  EXPECT_EQ(Admit(full), "");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Admit(full), "concurrency_exceeded");
  EXPECT_EQ(Admit(Function("other", "acme")), "");
  EXPECT_EQ(Admit(Function("other", "acme")), "rate_exceeded");
  EXPECT_EQ(last_.limit->name, "tenants.acme.scaling.rate");
}

TEST_F(AdmissionTest, AChangedFunctionHasItsNewBounds) {
  FunctionSpec spec = Function("f");
  spec.scaling.max_concurrency = 1;
  EXPECT_EQ(Admit(spec), "");
  EXPECT_EQ(Admit(spec), "concurrency_exceeded");
  spec.version = 2;
  spec.scaling.max_concurrency = 2;
  EXPECT_EQ(Admit(spec), "") << "those of the old version count on";
  EXPECT_EQ(Admit(spec), "concurrency_exceeded");
}

}  // namespace
}  // namespace hearth
