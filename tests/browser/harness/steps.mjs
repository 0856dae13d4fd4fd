// A story in steps: each is told apart, and none is tried after one has failed.

export function steps(t) {
  let failed = false;
  return (name, act) =>
    t.test(name, async (step) => {
      if (failed) return step.skip('an earlier step failed');
      try {
        await act();
      } catch (error) {
        failed = true;
        throw error;
      }
    });
}
