/** What `kubectl get` has to be asked for, in the order in which it is shown. */
export const planKinds =
  "nodepools,ec2nodeclasses,nodeoverlays,nodeclaims,nodes,pods,deploy,rs,sts,ds,pdb,pvc,pv,sc,csinodes,ns";

/** The same for the calendar of budgets. */
export const budgetKinds = "nodepools,nodeclaims,nodes,pods,deploy,rs,sts,ds,jobs,cronjobs,hpa,pdb";
